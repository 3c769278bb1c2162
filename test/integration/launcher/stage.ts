import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCacheDir, findLocalBroker } from '#broker';
import { freePort } from '#testkit';
import { untilFiles } from '../broker/fakes.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Notes its start and its stop in the file all apps of a stage share. An example also announces itself on its
 * discovery subject, as the view would.
 */
const APP = `
import { connect } from '@nats-io/transport-node';
import { appendFileSync } from 'node:fs';
const name = process.env.ROLLCALL_INSTANCE ?? 'registry';
appendFileSync(process.env.STAGE_LOG, 'start ' + name + ' ' + process.env.NATS_USER + ' ' + process.env.ROLLCALL_SYS_USER + '\\n');
process.on('SIGTERM', () => {
  appendFileSync(process.env.STAGE_LOG, 'stop ' + name + '\\n');
  process.exit(0);
});
const { NATS_URL: servers, NATS_USER: user, NATS_PASSWORD: pass } = process.env;
const client = await connect({ servers, user, pass });
if (name !== 'registry') {
  const service = name.replace(/-.*/, '');
  const endpoints = [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8070 }];
  const record = { namespace: 'default', service, instance: name, status: 'up', endpoints };
  const at = new Date().toISOString();
  client.publish('discovery.v1.default.instance.' + service + '.' + name, JSON.stringify({ change: 'added', at, record }));
}
`;

const READY_REGISTRY = `
import { createServer } from 'node:http';
${APP}
createServer((_, response) => response.end('ready')).listen(Number(process.env.ROLLCALL_HTTP_PORT), '127.0.0.1');
`;
export const DYING_REGISTRY = `console.error('no luck today'); process.exit(3);`;
export const SLEEPING_REGISTRY = APP;

/** The compiled launcher among stand-ins for the apps it starts, in a directory of its own. */
export interface Stage {
  readonly dataDir: string;
  readonly httpPort: number;
  readonly natsPort: number;
  /** @param shell put a shell between, as npm does; then `child` is the shell */
  launch(env?: Record<string, string>, shell?: boolean): Launcher;
  /** What the stand-ins noted: their starts and stops in order. */
  notes(): string[];
  untilNotes(hold: (notes: string[]) => boolean): Promise<void>;
  clear(): Promise<void>;
}

/** A launcher that runs. */
interface Launcher {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the first match in what it has printed so far or prints from now on. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  exitCode(): Promise<number | null>;
}

export async function createStage(registry = READY_REGISTRY): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-stage-'));
  const apps = join(directory, 'dist', 'apps');
  await cp(join(root, 'dist', 'apps', 'launcher'), join(apps, 'launcher'), { recursive: true });
  await symlink(join(root, 'dist', 'libs'), join(directory, 'dist', 'libs'));
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  await cp(join(root, 'package.json'), join(directory, 'package.json'));
  const mains = { registry, 'examples/orders': APP, 'examples/payments': APP };
  for (const [app, source] of Object.entries(mains)) {
    await mkdir(join(apps, app, 'src'), { recursive: true });
    await writeFile(join(apps, app, 'src', 'main.js'), source);
  }
  const [httpPort, natsPort] = [await freePort(), await freePort()];
  const dataDir = join(directory, 'data');
  const notes = join(directory, 'notes');
  await writeFile(notes, '');
  const readNotes = () => readFileSync(notes, 'utf8').split('\n').filter(Boolean);
  const launchers: Launcher[] = [];
  return {
    dataDir,
    httpPort,
    natsPort,
    launch: (env = {}, shell = false) => {
      const launcher = launch(
        join(apps, 'launcher', 'src', 'main.js'),
        {
          PATH: `${defaultCacheDir()}:${dirname(process.execPath)}`,
          ROLLCALL_DATA_DIR: dataDir,
          ROLLCALL_HTTP_PORT: String(httpPort),
          ROLLCALL_NATS_PORT: String(natsPort),
          STAGE_LOG: notes,
          ...env,
        },
        shell,
      );
      launchers.push(launcher);
      return launcher;
    },
    notes: readNotes,
    untilNotes: (hold) => untilFiles(directory, () => hold(readNotes())),
    clear: async () => {
      for (const launcher of launchers) {
        if (launcher.child.exitCode === null && launcher.child.signalCode === null) {
          launcher.child.kill('SIGTERM');
          await launcher.exitCode();
        }
      }
      await endBroker(dataDir);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The broker outlives a launcher that was killed, as it should; not the test, though. */
async function endBroker(dataDir: string): Promise<void> {
  if ((await findLocalBroker(join(dataDir, 'nats'))) === null) return;
  process.kill(Number(await readFile(join(dataDir, 'nats', 'server.pid'), 'utf8')), 'SIGKILL');
}

function launch(main: string, env: Record<string, string>, shell: boolean): Launcher {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = shell
    ? spawn('/bin/sh', ['-c', `'${process.execPath}' '${main}'; exit $?`], { env, stdio: [...stdio] })
    : spawn(process.execPath, [main], { env, stdio: [...stdio] });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    output: () => output,
    exitCode: () => closed,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void closed.then(() => reject(new Error(`it ended without ${String(pattern)}:\n${output}`)));
        look();
      }),
  };
}
