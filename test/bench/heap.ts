import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const WAIT_MS_MAX = 20_000;

/** What a process that is asked with SIGUSR2 tells: everything alive in its heap and its buffers. */
const TELL =
  "process.on('SIGUSR2', () => { gc(); const { heapUsed, external } = process.memoryUsage(); process.send(heapUsed + external); }); process.channel.unref();";

/** Words for Node with which a process can be asked for its heap; it needs a channel to who asks. */
export const tellingHeap = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(TELL)}`];

/** MB alive in the heap and the buffers of a process after a collection. */
export async function heapMbOf(child: ChildProcess): Promise<number> {
  const told = once(child, 'message', { signal: AbortSignal.timeout(WAIT_MS_MAX) });
  child.kill('SIGUSR2');
  const [bytes] = (await told) as [number];
  return bytes / 1024 ** 2;
}
