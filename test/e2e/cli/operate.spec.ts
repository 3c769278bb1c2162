import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProjection, openRegistryStore, type Projection, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let store: RegistryStore;
let projection: Projection;

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line. */
const run = (words: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...broker.env, NO_COLOR: '1' };
    execFile(process.execPath, ['dist/apps/cli/src/main.js', ...words], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

/** Runs it, and waits until the view shows what it wrote. */
async function rollcall(...words: string[]): Promise<Outcome> {
  const outcome = await run(words);
  const sequence = /sequence (\d+)/.exec(outcome.out)?.[1];
  if (sequence !== undefined) await projection.follower.reached(Number(sequence));
  return outcome;
}

const statusOf = async (): Promise<unknown> => {
  const { out } = await rollcall('instances', 'db', '--json');
  return (JSON.parse(out) as { instances: { status: string; weight: number }[] }).instances.map(
    ({ status, weight }) => `${status}/${weight}`,
  );
};

beforeAll(async () => {
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  projection = createProjection(store);
  await projection.start();
  await rollcall('register', 'db/db-1', '--version', '15.4.0', '-e', 'tcp=127.0.0.1:5432');
});

afterAll(async () => {
  await projection.stop();
  await store.connection.close();
  await broker.stop();
});

describe('an operator at the command line', () => {
  it('drains, weighs and lifts an instance', async () => {
    expect((await rollcall('drain', 'db/db-1', '--reason', 'upgrade', '--actor', 'mia')).code).toBe(0);
    expect((await rollcall('weight', 'db/db-1', '5')).code).toBe(0);
    expect(await statusOf()).toEqual(['draining/5']);
    expect((await rollcall('lift', 'db', 'db-1')).code).toBe(0);
    expect(await statusOf()).toEqual(['up/100']);
  });

  it('evicts, and reads the whole story afterwards', async () => {
    expect((await rollcall('evict', 'db/db-1', '--reason', 'replaced', '--actor', 'mia')).code).toBe(0);
    expect((await rollcall('evict', 'db/db-1')).code).toBe(4);
    const { out } = await rollcall('why', 'db/db-1');
    expect(out).toMatch(/#1 {2}registered as incarnation 1, version 15.4.0, status up, without a lease/);
    expect(out).toMatch(/it was put to draining, by mia, because: upgrade/);
    expect(out).toMatch(/incarnation 1 was evicted, by mia, because: replaced\n$/);
  });

  it('sets routing rules, keeps the rest of the policy, and is told where a call goes', async () => {
    await rollcall('protect', 'pay', '--share', '50', '--minimum', '3', '--longest', '2m');
    for (const version of ['1.0.0', '2.0.0'])
      await rollcall('register', 'pay', `pay-${version[0]}`, '--version', version, '-e', 'http=127.0.0.1:81');
    const routes = [
      { name: 'testers', match: { headers: { 'x-canary': '*' } }, to: [{ version: '^2' }] },
      { name: 'everybody', to: [{ version: '^1' }] },
    ];
    expect((await rollcall('policy', 'pay', '--set', JSON.stringify({ routes }))).code).toBe(0);
    expect(JSON.parse((await rollcall('policy', 'pay')).out)).toMatchObject({
      routes,
      protection: { minimumCount: 3 },
    });
    expect((await rollcall('explain', 'web', 'pay')).out).toMatch(
      /rule "everybody"[^]*pay-1[^]*100 %[^]*not pay-2 \(route\)[^]*would pick pay-1/,
    );
    const canary = await rollcall('explain', 'web', 'pay', '-H', 'X-Canary: 1', '--json');
    expect(JSON.parse(canary.out)).toMatchObject({ rule: 'testers', picked: 'pay-2' });
    expect((await rollcall('explain', 'web', 'pay', '--version', '^9')).out).toMatch(/ROLLCALL_FILTER_UNMET/);
    const unreadable = JSON.stringify({ routes: [{ name: 'r', to: [{ version: 'one' }] }] });
    expect((await rollcall('policy', 'pay', '--set', unreadable)).err).toMatch(/ROLLCALL_FILTER_INVALID/);
    expect((await rollcall('policy', 'pay', '--set', '{')).code).toBe(2);
    expect((await rollcall('graph')).err).toMatch(/no registry answers/);
  });

  it('sets a policy, and is told the allowed range of a wrong one', async () => {
    const set = ['protect', 'db', '--share', '50', '--minimum', '3'];
    expect((await rollcall(...set, '--longest', '2m')).code).toBe(0);
    const refused = await rollcall(...set, '--longest', '5ms');
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toMatch(/ROLLCALL_RECORD_INVALID.*maxMs must not be less than 1000/);
    expect((await rollcall('weight', 'db/db-1', 'heavy')).err).toMatch(
      /weight "heavy" is not a whole number/,
    );
    expect((await rollcall('why', 'db/nobody')).code).toBe(4);
  });
});
