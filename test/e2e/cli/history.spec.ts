import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startTestBroker, type TestBroker } from '#testkit';
import { type Ended, rollcall, runMain, type RunningMain } from '../registry/run-main.js';

let broker: TestBroker;
let projector: RunningMain;
let directory: string;
let first: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-history-'));
  broker = await startTestBroker();
  const env = { ...broker.env, ROLLCALL_LOG: 'json', ROLLCALL_AUDIT_DIR: join(directory, 'audit') };
  projector = runMain('apps/projector/src/main.js', env);
  await projector.line(/"message":"ready".*leading/);
  first = await register('orders-1');
  await register('orders-2');
  await run('deregister', 'orders', 'orders-1', '--reason', 'moved', '--actor', 'alice');
});
afterAll(async () => {
  projector.child.kill('SIGKILL');
  await projector.ended;
  await broker.stop();
  await rm(directory, { recursive: true, force: true });
});

const run = (...words: string[]): Promise<Ended> => rollcall(broker.env, ...words);

async function register(instance: string): Promise<number> {
  const { stdout } = await run('register', 'orders', instance, '--version', '1.0.0', '--json');
  return (JSON.parse(stdout) as { sequence: number }).sequence;
}

/** The chain is half a second behind the journal. */
async function verified(...words: string[]): Promise<Ended> {
  for (;;) {
    const found = await run('audit', 'verify', ...words, '--json');
    if ((JSON.parse(found.stdout) as { unaudited: number }).unaudited === 0) return found;
  }
}

describe('looking back on the command line', () => {
  it('shows instances as they were, and says when a moment is none', async () => {
    const then = await run('instances', 'orders', '--at', String(first));
    expect(then.stdout).toMatch(/^INSTANCE.*\norders-1 .*up/);
    expect(then.stdout).not.toContain('orders-2');
    expect((await run('services', '--at', '-0s')).stdout).toMatch(/orders +1 +1 up/);
    const early = await run('services', '--at', '2001-01-01');
    expect(early.stderr).toMatch(
      /^ROLLCALL_BEFORE_HISTORY: "2001-01-01" lies before history, which begins with/,
    );
    expect(early.code).toBe(4);
  });

  it('tells what happened, and what came of it', async () => {
    const timeline = await run('timeline', 'orders', '-t', 'deregistered');
    expect(timeline.stdout).toMatch(
      /^\S+Z {2}#3 {2}orders\/orders-1 {2}incarnation 1 said good-bye, by alice, because: moved\n$/,
    );
    const diff = await run('diff', String(first));
    expect(diff.stdout).toMatch(
      /- orders\/orders-1 {2}#3 .* by alice because: moved\n\+ orders\/orders-2 {2}#2/,
    );
    expect((await run('diff', '-0s', '--service', 'orders')).stdout).toContain('nothing differs');
    expect((await run('diff', '-0s', '--servce', 'orders')).stderr).toMatch(
      /^ROLLCALL_USAGE: unknown option/,
    );
    expect((await run('timeline', 'payments')).code).toBe(4);
  });
});

describe('proof on the command line', () => {
  it('holds for the journal and for an archive of it, without a registry', async () => {
    expect(JSON.parse((await verified()).stdout)).toMatchObject({ events: 3, findings: [] });
    const archive = join(directory, 'journal.ndjson.gz');
    const exported = await run('audit', 'export', archive);
    expect(exported.stderr).toBe(`wrote 3 events, 1 to 3, to "${archive}"\n`);
    const offline = await rollcall({ NATS_URL: 'nats://127.0.0.1:1' }, 'audit', 'verify', archive);
    expect(offline).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the chain holds') as unknown as string,
    });
  });

  it('is refused to an archive that was changed or cut off, naming the event', async () => {
    const text = gunzipSync(await readFile(join(directory, 'journal.ndjson.gz'))).toString();
    const changed = join(directory, 'changed.ndjson');
    await writeFile(changed, text.replace(/("sequence":2,"timeNs":")1/, '$12'));
    const found = await run('audit', 'verify', changed);
    expect(found.stdout).toContain('sequence 2: it is not what was audited');
    expect(found.stdout).toContain('THE CHAIN IS BROKEN, first at sequence 2');
    expect(found.code).toBe(3);
    const cut = join(directory, 'cut.ndjson');
    await writeFile(cut, text.split('\n').slice(0, -2).join('\n'));
    const refused = await run('audit', 'verify', cut);
    expect(refused.stderr).toMatch(/^ROLLCALL_ARCHIVE_INVALID: .*cut\.ndjson" was cut off after line/);
    expect(refused.code).toBe(2);
  });

  it('is signed with a key that is made once, for owners only, and the newest signature is kept outside', async () => {
    projector.child.kill('SIGTERM');
    await projector.ended;
    const checkpoint = join(directory, 'audit', 'checkpoint.json');
    const found = await verified('--checkpoint', checkpoint);
    expect(JSON.parse(found.stdout)).toMatchObject({
      checkpoints: expect.any(Number) as unknown as number,
      findings: [],
    });
    expect((JSON.parse(found.stdout) as { keys: string[] }).keys).toEqual([
      expect.stringMatching(/^SHA256:/),
    ]);
    const kept = JSON.parse(await readFile(checkpoint, 'utf8')) as { sequence: number };
    await writeFile(checkpoint, JSON.stringify({ ...kept, sequence: kept.sequence + 5 }));
    expect((await run('audit', 'verify', '--checkpoint', checkpoint)).code).toBe(3);
  });
});

describe('a journal whose beginning was cut off', () => {
  it('is verified and replayed from where it begins, and both say so', async () => {
    const connection = await connect(broker.connection);
    const { streams } = await jetstreamManager(connection);
    const { config } = await streams.info('REGISTRY');
    const { state } = await streams.update('REGISTRY', { ...config, max_msgs: 2 });
    await streams.update('REGISTRY', { ...config, max_msgs: -1 });
    await connection.close();
    const begins = state.last_seq - 1;

    const verified = await run('audit', 'verify');
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('the chain holds') });
    expect(verified.stdout).toContain(`history begins with sequence ${begins}: what was before it`);
    for (const from of ['1', '2001-01-01']) {
      const { stdout, stderr } = await run('replay', '--from', from, '--all-namespaces');
      expect(stdout.split('\n')[0]).toMatch(new RegExp(`^${begins} `));
      expect(stderr).toContain(`history begins with sequence ${begins}, 20`);
    }
    const { stderr } = await run('replay', '--from', String(begins), '--all-namespaces');
    expect(stderr).toBe('');
  });
});
