import { connect, createServer, type Server, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type InstanceAggregateId } from '#contracts';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { type Ended, rollcall, runMain, type RunningMain } from '../registry/run-main.js';

const COUNT = 1_500;
const BATCH = 500;

let broker: TestBroker;
let projector: RunningMain;
let store: RegistryStore;
/** Sequence of the last registration; the deregistrations follow. */
let registered: number;

beforeAll(async () => {
  broker = await startTestBroker();
  projector = runMain('apps/projector/src/main.js', { ...broker.env, ROLLCALL_LOG: 'json' });
  await projector.line(/"message":"ready".*leading/);
  const { url, user, password } = broker;
  store = await openRegistryStore({ connection: await connectBroker({ url, user, password }) });
  registered = await sayOfAll(eventTypes.instanceRegistered, 'up');
  await sayOfAll(eventTypes.instanceDeregistered, 'down');
});
afterAll(async () => {
  projector.child.kill('SIGKILL');
  await projector.ended;
  store.journal.close();
  await store.connection.close();
  await broker.stop();
});

/** One event of each instance, in batches; returns the last sequence. */
async function sayOfAll(type: string, status: string): Promise<number> {
  let last = 0;
  for (let from = 0; from < COUNT; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, index) => {
      const names = { namespace: 'default', service: 'orders', instance: `orders-${from + index}` };
      const aggregate: InstanceAggregateId = { kind: 'instance', ...names };
      const data = { ...names, incarnation: 1, version: '1.0.0', status, endpoints: [], leaseMs: 60_000 };
      return { id: randomUUID(), type, aggregate, data, actor: 'deploy-bot', reason: 'cleanup' };
    });
    last = await store.journal.appendBatch(events);
  }
  return last;
}

const run = (...words: string[]): Promise<Ended> => rollcall(broker.env, ...words);

/** How many instances the journal says were brought back so far, and how often one was at most. */
async function broughtBack(): Promise<{ readonly count: number; readonly most: number }> {
  const times = new Map<string, number>();
  await store.journal.read({ patterns: ['default.instance.orders.*'] }, (raw) => {
    if (raw.header('ce-type') === eventTypes.instanceReinstated)
      times.set(raw.key, (times.get(raw.key) ?? 0) + 1);
  });
  return { count: times.size, most: Math.max(0, ...times.values()) };
}

/** A line to the broker that goes dead when the second batch would be committed, as if the process had just died. */
function lineOfOneBatch(): Promise<{
  readonly server: Server;
  readonly port: number;
  readonly dead: Promise<void>;
}> {
  const target = new URL(broker.url.replace('nats:', 'http:'));
  return new Promise((resolve) => {
    let died: () => void;
    const dead = new Promise<void>((end) => (died = end));
    const server = createServer((near: Socket) => {
      const far = connect(Number(target.port), target.hostname);
      let commits = 0;
      near.on('data', (chunk: Buffer) => {
        commits += chunk.toString('latin1').split('Nats-Batch-Commit').length - 1;
        if (commits < 2) far.write(chunk);
        else died();
      });
      far.on('data', (chunk: Buffer) => near.write(chunk));
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.on('close', () => far.destroy());
    });
    server.listen(0, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as { port: number }).port, dead });
    });
  });
}

describe('a mass deregistration on the command line', () => {
  const range = (): string => `${registered + 1}..${registered + COUNT}`;

  it('is shown before anything is done', async () => {
    const sinceMs = performance.now();
    const preview = await run('undo', range(), '--type', 'deregistered', '--actor', 'deploy-bot');
    expect(performance.now() - sinceMs).toBeLessThan(5_000);
    expect(preview.stdout).toMatch(
      /^plan [0-9a-f]{12}: 1500 things of "1501\.\.3000" to undo, 0 events left alone\n/,
    );
    expect(preview.stdout).toMatch(
      /orders\/orders-1499 +#3000 .*said good-bye, by deploy-bot, because: cleanup +incarnation 1 was brought back/,
    );
    expect(preview.stdout).toContain('... and 1480 more');
    expect(preview).toMatchObject({ code: 0, stderr: 'this was a preview; add --yes to do it\n' });
    expect((await store.journal.ends()).lastSequence).toBe(registered + COUNT);
  });

  it('is undone, also when the undoing is killed in the middle, and nothing of it twice', async () => {
    const { server, port, dead } = await lineOfOneBatch();
    const env = { ...broker.env, NATS_URL: `nats://127.0.0.1:${port}` };
    const killed = runMain('apps/cli/src/main.js', env, [
      'undo',
      range(),
      '--yes',
      '--reason',
      'wrong cluster',
    ]);
    await dead;
    killed.child.kill('SIGKILL');
    await killed.ended;
    server.close();
    expect(await broughtBack()).toEqual({ count: 300, most: 1 });
    const plans = JSON.parse((await run('undo', '--list', '--json')).stdout) as {
      state: string;
      planned: number;
    }[];
    expect(plans).toMatchObject([{ state: 'started', planned: COUNT }]);

    const sinceMs = performance.now();
    const resumed = await run('undo', range(), '--yes', '--reason', 'wrong cluster');
    expect(performance.now() - sinceMs).toBeLessThan(10_000);
    expect(resumed.stdout).toContain('and not finished: it is gone on with');
    expect(resumed.stdout).toMatch(/plan \w+: 1500 of 1500 things undone, sequence 4502\n$/);
    expect(await broughtBack()).toEqual({ count: COUNT, most: 1 });
    expect((await run('undo', range(), '--yes')).stderr).toMatch(
      /^ROLLCALL_UNDO_NOT_APPLICABLE: .*was brought back/,
    );
  });

  it('stands in the journal, and the view is what the journal says', async () => {
    const timeline = await run('timeline', '--from', String(registered + COUNT + 1), '--json');
    const lines = timeline.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      type: eventTypes.undoStarted,
      sentence: expect.stringMatching(
        /^undo \w+ was started: 1500 things of "1501\.\.3000", by cli:/,
      ) as unknown,
    });
    expect(lines[1]).toMatchObject({
      causedBy: 3_000,
      sentence: expect.stringContaining('brought back, a suspect until its heartbeat comes') as unknown,
    });
    expect(lines.at(-1)).toMatchObject({ type: eventTypes.undoFinished, causedBy: 3_001 });
    const verify = await run('verify');
    expect(verify).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/the view is what the journal says/) as unknown,
    });
    const instances = JSON.parse((await run('instances', 'orders', '--json')).stdout) as {
      instances: { status: string }[];
    };
    expect(new Set(instances.instances.map(({ status }) => status))).toEqual(new Set(['suspect']));
    expect(instances.instances).toHaveLength(COUNT);
  });
});
