import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY_MS_MAX = 20_000;

export interface PeerServer {
  readonly pid: number;
  readonly directory: string;
  stop(): Promise<void>;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Starts a server on data of its own and resolves when its port answers. */
export async function startServer(
  command: string,
  words: (directory: string) => readonly string[] | Promise<readonly string[]>,
  port: number,
): Promise<PeerServer> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-peer-'));
  const child = spawn(command, [...(await words(directory))], { cwd: directory, stdio: 'ignore' });
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const deadlineMs = performance.now() + READY_MS_MAX;
  while (!(await answers(port))) {
    if (performance.now() > deadlineMs || child.exitCode !== null) {
      await stop();
      throw new Error(`${command} did not open port ${port}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { pid: child.pid ?? -1, directory, stop };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
