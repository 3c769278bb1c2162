const BYTES_A_MB = 1_024 ** 2;
const COLLECTED_MS_MAX = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * Words for Node that let a signal collect the garbage of a process. The registry itself knows nothing of it: that the
 * collection has been made, and what it left, its metrics tell as they tell any operator.
 */
export const collectable = [
  '--expose-gc',
  '--import',
  'data:text/javascript,process.on("SIGUSR2", () => globalThis.gc())',
];

/** Heap of a registry in use right after a full collection, in MB. */
export async function liveHeapMbOf({
  pid,
  url,
}: {
  readonly pid: number;
  readonly url: string;
}): Promise<number> {
  const before = await told(url);
  process.kill(pid, 'SIGUSR2');
  const deadline = AbortSignal.timeout(COLLECTED_MS_MAX);
  for (;;) {
    const { collections, liveBytes } = await told(url);
    if (collections > before.collections && liveBytes !== before.liveBytes) return liveBytes / BYTES_A_MB;
    deadline.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function told(url: string): Promise<{ readonly collections: number; readonly liveBytes: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: RegExp): number => Number(name.exec(text)?.[1] ?? 0);
  return {
    collections: read(/^nodejs_gc_duration_seconds_count\{[^}]*kind="major"[^}]*\} (\S+)$/m),
    liveBytes: read(/^rollcall_heap_live_bytes (\S+)$/m),
  };
}
