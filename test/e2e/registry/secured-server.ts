import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinary } from '#broker';
import { freePort } from '#testkit';

/** A nats-server as somebody else would run it, with a configuration of its own. Always stop() it. */
export interface SecuredServer {
  readonly port: number;
  /** For files the configuration or a client names. */
  readonly directory: string;
  stop(): Promise<void>;
}

export interface SecuredOptions {
  /** In nats-server's language; the rest of the configuration is written for you. */
  readonly config: (directory: string) => string | Promise<string>;
  /** What stands in the jetstream block beside the store, e.g. `domain: hub`. */
  readonly jetstream?: string;
}

const READY_TIMEOUT_MS = 10_000;

export async function startSecuredServer({ config, jetstream = '' }: SecuredOptions): Promise<SecuredServer> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-secured-'));
  const port = await freePort();
  const file = join(directory, 'server.conf');
  const own = `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(join(directory, 'store'))}\n${jetstream} }\n`;
  await writeFile(file, own + (await config(directory)));
  const server = spawn((await findBinary()).path, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  const ended = once(server, 'close');
  for (const deadline = performance.now() + READY_TIMEOUT_MS; !(await listens(port)); await delay(20)) {
    if (server.exitCode !== null || performance.now() > deadline)
      throw new Error(`nats-server is not there:\n${log}`);
  }
  return {
    port,
    directory,
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
