import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { createStreamNames, errorCatalogue, eventTypes } from '#contracts';
import { findBinary, startBroker } from '#broker';
import { freePort, startTestBroker, type TestBroker } from '#testkit';
import { type Ended, rollcall, runMain, type RunningMain } from '../registry/run-main.js';

let broker: TestBroker;
let projector: RunningMain;
let nats: NatsConnection;

beforeAll(async () => {
  broker = await startTestBroker();
  projector = runMain('apps/projector/src/main.js', { ...broker.env, ROLLCALL_LOG: 'json' });
  await projector.line(/"message":"ready".*leading/);
  nats = await connect(broker.connection);
});
afterAll(async () => {
  await nats.close();
  projector.child.kill('SIGKILL');
  await projector.ended;
  await broker.stop();
});

const run = (...words: string[]) => rollcall(broker.env, ...words);

/** Runs a command that must succeed, and gives its JSON. */
async function json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...words, '--json');
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('ROLLCALL_')]);
  return JSON.parse(stdout) as T;
}

/** Every failure: nothing on standard output, one line of the catalogue on standard error. */
function expectFailure(
  { code, stdout, stderr }: Ended,
  expectedCode: number,
  error: keyof typeof errorCatalogue,
): void {
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(new RegExp(`^${error}: `))]);
  expect(code).toBe(expectedCode);
}

async function register(...words: string[]): Promise<number> {
  const { sequence } = await json<{ sequence: number }>('register', ...words, '--version', '1.0.0');
  return folded(sequence);
}

/** Waits until the view reflects a sequence. */
async function folded(sequence: number): Promise<number> {
  for (;;) {
    const { view } = await json<{ view: { sequence: number } }>('status');
    if (view.sequence >= sequence) return sequence;
  }
}

describe('rollcall register, instances, services and deregister', () => {
  it('put an instance into the view and take it out again, with who and why', async () => {
    const registered = await run(
      'register',
      'postgres',
      'pg-1',
      '--version',
      '15.4.0',
      '-e',
      'tcp=10.0.0.7:5432',
      '-e',
      'admin=https://10.0.0.7:8443/admin',
      '-t',
      'blue',
      '-t',
      'big',
      '-m',
      'team=data',
      '--zone',
      'a',
      '--weight',
      '50',
    );
    expect(registered.stdout).toMatch(/^registered postgres\/pg-1 as incarnation 1, sequence \d+\n$/);
    expect(registered.stderr).toContain('without a lease');
    await folded(Number(/sequence (\d+)/.exec(registered.stdout)?.[1]));
    const { instances } = await json<{ instances: unknown[] }>('instances', 'postgres');
    expect(instances).toEqual([
      expect.objectContaining({
        instance: 'pg-1',
        version: '15.4.0',
        status: 'up',
        leaseMs: 0,
        zone: 'a',
        weight: 50,
        tags: ['blue', 'big'],
        metadata: { team: 'data' },
        endpoints: [
          { name: 'tcp', protocol: 'tcp', address: '10.0.0.7', port: 5432 },
          { name: 'admin', protocol: 'https', address: '10.0.0.7', port: 8443, path: '/admin' },
        ],
      }),
    ]);
    expect((await run('services')).stdout).toMatch(
      /^SERVICE +INSTANCES +STATUS +VERSIONS\npostgres +1 +1 up +15\.4\.0$/m,
    );

    const gone = await json<{ sequence: number }>(
      'deregister',
      'postgres/pg-1',
      '--reason',
      'moved',
      '--actor',
      'ada',
    );
    await folded(gone.sequence);
    expect((await json<{ instances: unknown[] }>('instances', 'postgres')).instances).toEqual([]);
    expect((await run('instances', 'postgres', '--all')).stdout).toMatch(/^pg-1 +deregistered +15\.4\.0/m);
    expect((await run('replay', '--service', 'postgres')).stdout).toMatch(
      /deregistered\.v1 default\.instance\.postgres\.pg-1 by ada \(moved\)\n$/,
    );
  });

  it('keep namespaces apart', async () => {
    await register('orders', 'o-1', '-n', 'blue');
    expect(await json('services', '-n', 'blue')).toMatchObject({ services: [{ service: 'orders' }] });
    expect(
      (await json<{ services: { service: string }[] }>('services')).services.map(({ service }) => service),
    ).not.toContain('orders');
    const { stdout } = await rollcall({ ...broker.env, ROLLCALL_NAMESPACE: 'blue' }, 'instances', 'orders');
    expect(stdout).toMatch(/^o-1 /m);
  });

  it('say what is not there, with exit code 4', async () => {
    expectFailure(await run('instances', 'nobody'), 4, 'ROLLCALL_NOT_FOUND');
    expectFailure(await run('deregister', 'nobody', 'n-1'), 4, 'ROLLCALL_NOT_FOUND');
    expectFailure(await run('quarantine', 'show', '999999'), 4, 'ROLLCALL_NOT_FOUND');
  });
});

describe('wrong words', () => {
  it.each<[words: string[], error: keyof typeof errorCatalogue]>([
    [['bogus'], 'ROLLCALL_USAGE'],
    [['services', '--bogus'], 'ROLLCALL_USAGE'],
    [['services', 'surplus'], 'ROLLCALL_USAGE'],
    [['instances'], 'ROLLCALL_USAGE'],
    [['quarantine', 'bogus'], 'ROLLCALL_USAGE'],
    [['register', 'a', 'b'], 'ROLLCALL_USAGE'],
    [['register', 'a', '--version', '1.0.0'], 'ROLLCALL_USAGE'],
    [['register', 'a', 'b', '--version', '1.0.0', '-e', 'nonsense'], 'ROLLCALL_USAGE'],
    [['register', 'a', 'b', '--version', '1.0.0', '--lease', 'soon'], 'ROLLCALL_USAGE'],
    [['register', 'a', 'b', '--version', 'latest'], 'ROLLCALL_RECORD_INVALID'],
    [['register', 'a', 'b', '--version', '1.0.0', '-e', 'http=127.0.0.1:99999'], 'ROLLCALL_RECORD_INVALID'],
    [['register', 'a', 'b', '--version', '1.0.0', '--weight', 'heavy'], 'ROLLCALL_RECORD_INVALID'],
    [['register', 'a', 'b', '--version', '1.0.0', '--status', 'great'], 'ROLLCALL_RECORD_INVALID'],
    [['register', 'A', 'b', '--version', '1.0.0'], 'ROLLCALL_NAME_INVALID'],
    [['services', '-n', 'a.b'], 'ROLLCALL_NAME_INVALID'],
    [['replay', '--from', 'yesterday'], 'ROLLCALL_SEQUENCE_INVALID'],
    [['replay', '--speed', '0'], 'ROLLCALL_USAGE'],
    [['quarantine', 'show', 'first'], 'ROLLCALL_SEQUENCE_INVALID'],
  ])('%j end with exit code 2 and one line', async (words, error) =>
    expectFailure(await run(...words), 2, error),
  );

  it('in the settings end with exit code 2, all of them told', async () => {
    const ended = await rollcall({ ...broker.env, ROLLCALL_REPLICAS: '2', ROLLCALL_PREFIX: 'A' }, 'services');
    expectFailure(ended, 2, 'ROLLCALL_SETTINGS_INVALID');
    expect(ended.stderr).toMatch(/ROLLCALL_PREFIX is "A".*ROLLCALL_REPLICAS is "2"/);
  });
});

describe('help', () => {
  it('is given without a broker, with examples and exit codes', async () => {
    const general = await rollcall({}, '--help');
    expect([general.code, general.stderr]).toEqual([0, '']);
    expect(general.stdout).toContain('Exit codes: 0 well');
    const own = await rollcall({}, 'register', '--help');
    expect(own.stdout).toContain('$ rollcall register postgres postgres-1');
    expect((await rollcall({}, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is shown, with exit code 2, when there is no command', async () => {
    const { code, stdout, stderr } = await rollcall({});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: rollcall');
  });
});

describe('a broker that will not do', () => {
  it('because nobody is there gives exit code 5', async () => {
    expectFailure(
      await rollcall({ NATS_URL: `nats://127.0.0.1:${await freePort()}` }, 'services'),
      5,
      'ROLLCALL_BROKER_UNREACHABLE',
    );
  });

  it('because it refuses the login gives exit code 7', async () => {
    expectFailure(
      await rollcall({ ...broker.env, NATS_PASSWORD: 'x' }, 'services'),
      7,
      'ROLLCALL_BROKER_REFUSED_LOGIN',
    );
  });

  it('because it holds no such registry gives exit code 4, and none is created', async () => {
    const ended = await rollcall({ ...broker.env, ROLLCALL_PREFIX: 'other' }, 'services');
    expectFailure(ended, 4, 'ROLLCALL_NOT_FOUND');
    expect(ended.stderr).toContain('ROLLCALL_PREFIX');
  });
});

describe('rollcall without NATS_URL', () => {
  it('joins the broker that runs on the data of this directory, and says what to do when none does', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-cwd-'));
    const inDirectory = (...words: string[]) => runMain('apps/cli/src/main.js', {}, words, directory).ended;
    const without = await inDirectory('services');
    expectFailure(without, 5, 'ROLLCALL_BROKER_UNREACHABLE');
    expect(without.stderr).toContain('Run "npm start" here, or set NATS_URL');
    const own = await startBroker({
      binary: await findBinary(),
      dataDir: join(directory, '.data', 'nats'),
      port: await freePort(),
    });
    const found = await inDirectory('services');
    await own.stop();
    await rm(directory, { recursive: true });
    // The broker is found and entered; there is just no registry on it.
    expectFailure(found, 4, 'ROLLCALL_NOT_FOUND');
  });
});

describe('rollcall quarantine', () => {
  it('shows what could not be read or was refused, and why, while the projector goes on', async () => {
    const subject = (instance: string) => `registry.v1.default.instance.stray.${instance}`;
    const registered = (instance: string, incarnation: number) => ({
      namespace: 'default',
      service: 'stray',
      instance,
      incarnation,
      version: '1.0.0',
      status: 'up',
      endpoints: [],
      leaseMs: 0,
    });
    const publish = (on: string, body: unknown, type?: string) => {
      const head = headers();
      if (type !== undefined) head.set('ce-type', type);
      nats.publish(on, body instanceof Uint8Array ? body : JSON.stringify(body), { headers: head });
    };
    publish(subject('noise'), new Uint8Array([0xff, 0x00, 0xfe]), eventTypes.instanceRegistered);
    publish(subject('noise'), new Uint8Array([0x01]));
    publish(subject('wrong'), { version: 7, note: '\u001B[2J' }, eventTypes.instanceRegistered);
    publish(subject('contra'), registered('other', 1), eventTypes.instanceRegistered);
    publish(subject('kind'), registered('kind', 1), eventTypes.verdictExpired);
    publish(subject('new'), registered('new', 2), eventTypes.instanceRegistered);
    publish(subject('new'), registered('new', 1), eventTypes.instanceRegistered);
    publish('registry.v1.nonsense', 'x', eventTypes.instanceRegistered);
    publish(subject('future'), {}, 'rollcall.instance.teleported.v9');
    await nats.flush();
    const last = await register('after-the-noise', 'a-1');

    type Record = { sequence: number; subject: string; code: string; reason: string };
    const listed = await json<Record[]>('quarantine', 'list');
    expect(listed.map(({ subject: key, code }) => [key.split('.').at(-1), code])).toEqual([
      ['noise', 'ROLLCALL_EVENT_MALFORMED'],
      ['noise', 'ROLLCALL_EVENT_MALFORMED'],
      ['wrong', 'ROLLCALL_EVENT_MALFORMED'],
      ['contra', 'ROLLCALL_EVENT_CONTRADICTS_SUBJECT'],
      ['kind', 'ROLLCALL_EVENT_CONTRADICTS_SUBJECT'],
      ['new', 'ROLLCALL_EVENT_REFUSED'],
      ['nonsense', 'ROLLCALL_EVENT_MALFORMED'],
    ]);
    for (const { sequence } of listed) expect(sequence).toBeLessThan(last);

    const [noise, , wrong, , , superseded] = listed as [Record, Record, Record, Record, Record, Record];
    expect(await json('quarantine', 'show', String(noise.sequence))).toMatchObject({
      event: { encoding: 'hex', body: 'ff00fe', bytes: 3 },
    });
    const shown = await run('quarantine', 'show', String(wrong.sequence));
    expect(shown.stdout).toContain('ROLLCALL_EVENT_MALFORMED');
    // eslint-disable-next-line no-control-regex
    expect(shown.stdout).not.toMatch(/\u001B/);
    expect(superseded.reason).toContain('superseded');
    expect(await json('quarantine', 'list', '-n', 'elsewhere')).toEqual([]);
    expect((await run('replay', '--service', 'stray')).stdout).toMatch(
      /UNREADABLE default\.instance\.stray\.contra ROLLCALL_EVENT_CONTRADICTS_SUBJECT/,
    );
    expect(await json('verify')).toMatchObject({ differences: [] });
  });
});

describe('rollcall replay', () => {
  it('tells the journal in order, from and to a sequence or a time', async () => {
    const first = await register('story', 's-1');
    const last = await register('story', 's-2');
    const lines = async (...words: string[]) => {
      const { code, stdout } = await run('replay', '--json', ...words);
      expect(code).toBe(0);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { sequence: number; at: string });
    };
    const all = await lines('--all-namespaces');
    expect(all.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    expect(await lines('--from', String(first), '--to', String(first))).toMatchObject([{ sequence: first }]);
    const at = all.find(({ sequence }) => sequence === first)?.at ?? '';
    expect((await lines('--service', 'story', '--from', at)).map(({ sequence }) => sequence)).toEqual([
      first,
      last,
    ]);
    expect((await lines('--service', 'story', '--to', at)).map(({ sequence }) => sequence)).toEqual([first]);
    expect(await lines('--from', '-1h', '--service', 'story')).toHaveLength(2);
    expect(await lines('--from', '2199-01-01T00:00:00Z')).toEqual([]);
    expect(await lines('--to', '-1d')).toEqual([]);
    expect(await lines('-n', 'nowhere')).toEqual([]);
  });

  it('keeps the pace it was written at when it is asked to', async () => {
    const first = await register('paced', 'p-1');
    const last = await register('paced', 'p-2');
    const range = ['--from', String(first), '--to', String(last), '--json'];
    const events = (await run('replay', ...range)).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { at: string });
    const apartMs = Date.parse(events.at(-1)?.at ?? '') - Date.parse(events[0]?.at ?? '');
    const quick = performance.now();
    await run('replay', ...range);
    const quickMs = performance.now() - quick;
    const slow = performance.now();
    await run('replay', ...range, '--speed', '0.5');
    expect(performance.now() - slow).toBeGreaterThan(quickMs + apartMs);
  });

  it('ends well when its reader has seen enough', async () => {
    const main = runMain('apps/cli/src/main.js', broker.env, ['replay', '-A']);
    main.child.stdout?.destroy();
    const { code, stderr } = await main.ended;
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('rollcall watch', () => {
  it('prints what is there, then every change, and ends with 0 when it is interrupted', async () => {
    await register('seen', 's-1');
    const watching = runMain('apps/cli/src/main.js', broker.env, ['watch', 'seen', '--json']);
    expect(JSON.parse(await watching.line(/"s-1"/))).toMatchObject({
      change: 'added',
      key: 'default.instance.seen.s-1',
    });
    await register('unseen', 'u-1');
    await register('seen', 's-2');
    await watching.line(/"s-2"/);
    await run('deregister', 'seen', 's-1', '--reason', 'enough');
    expect(JSON.parse(await watching.line(/"removed"/))).toMatchObject({
      cause: { reason: 'enough' },
      record: { departure: 'deregistered' },
    });
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout).not.toContain('unseen');
  });
});

describe('rollcall verify and status', () => {
  it('find a view that was tampered with (exit code 3), repair exactly that, and are content again', async () => {
    await register('checked', 'c-1');
    const key = 'default.instance.checked.c-1';
    const subject = `${createStreamNames().viewSubjects}${key}`;
    const { jetstream, jetstreamManager } = await import('@nats-io/jetstream');
    const stored = await (
      await jetstreamManager(nats)
    ).direct.getMessage(createStreamNames().view, { last_by_subj: subject });
    const lie = stored?.json<{ record: { version: string } }>();
    await jetstream(nats).publish(
      subject,
      JSON.stringify({ ...lie, record: { ...lie?.record, version: '6.6.6' } }),
    );

    const found = await run('verify', '--json');
    expect(found.code).toBe(3);
    expect(JSON.parse(found.stdout)).toMatchObject({
      differences: [{ key, kind: 'different' }],
      repaired: 0,
    });
    const repaired = await run('verify', '--repair');
    expect([repaired.code, repaired.stdout]).toEqual([
      0,
      expect.stringContaining('1 differences, 1 repaired'),
    ]);
    expect((await run('verify')).stdout).toContain('the view is what the journal says');
    expect(await json<{ instances: object[] }>('instances', 'checked')).toMatchObject({
      instances: [{ version: '1.0.0' }],
    });
  });

  it('tell where everything stands, and that nobody folds when nobody does', async () => {
    expect((await run('status')).stdout).toMatch(/^broker +127\.0\.0\.1:\d+, nats-server 2\.\d+\.\d+$/m);
    expect(await json('status')).toMatchObject({ projector: 'working', view: { lag: 0 } });
    projector.child.kill('SIGSTOP');
    const alone = await json('status');
    projector.child.kill('SIGCONT');
    expect(alone).toMatchObject({ projector: 'absent' });
  });
});
