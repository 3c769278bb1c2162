import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ARCHIVE_FORMAT,
  type ArchiveLine,
  type AuditBlock,
  Auditor,
  type AuditReport,
  ChainVerifier,
  CheckpointSigner,
  newSigningKey,
  parseArchiveLine,
  printArchiveLine,
  type SignedCheckpoint,
  type StoredEvent,
} from '#application';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { anyHour, startTestBroker, type TestBroker } from '#testkit';

/** Debian and macOS have it; elsewhere the same is shown by our own verifier above. */
const hasPython = spawnSync('python3', ['--version']).status === 0;

let broker: TestBroker;
let store: RegistryStore;
let directory: string;
const events: StoredEvent[] = [];
const blocks: AuditBlock[] = [];
const signer = new CheckpointSigner(newSigningKey());
let checkpoint: SignedCheckpoint;

const auditor = (): Auditor =>
  new Auditor({ journal: store.journal, source: store.audit, trail: store.audit });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-audit-'));
  broker = await startTestBroker();
  const connection = await connectBroker({ url: broker.url, user: broker.user, password: broker.password });
  store = await openRegistryStore({ connection });
  const mine = auditor();
  for (const [round, history] of fc.sample(anyHour(), { numRuns: 25, seed: 11 }).entries()) {
    for (const [index, { type, aggregate, data }] of history.entries()) {
      await store.journal.append({ id: `${round}-${index}`, type, aggregate, data, reason: 'für später' });
    }
    // Also what nobody can read is part of what happened.
    await connection.request('registry.v1.default.instance.orders.orders-1', new Uint8Array([0xff, round]));
    if (round % 5 === 0) await mine.catchUp();
  }
  const { sequence, hash } = await mine.catchUp();
  checkpoint = signer.sign({ stream: store.streams.journal, sequence, hash, at: '2026-11-22T03:12:00.000Z' });
  await store.audit.sign(checkpoint);
  await store.audit.readAll({ onBlock: (block) => blocks.push(block), onCheckpoint: () => undefined });
  await store.audit.readStored({ from: 1, to: sequence }, (event) => {
    events.push({ ...event, headers: Uint8Array.from(event.headers), body: Uint8Array.from(event.body) });
  });
});
afterAll(async () => {
  store.journal.close();
  await store.connection.close();
  await broker.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Case {
  readonly events?: readonly StoredEvent[];
  readonly blocks?: readonly AuditBlock[];
  readonly checkpoints?: readonly SignedCheckpoint[];
  readonly outside?: SignedCheckpoint;
}

function verify({ outside, ...given }: Case = {}): AuditReport {
  const verifier = new ChainVerifier();
  for (const block of given.blocks ?? blocks) verifier.block(block);
  for (const signed of given.checkpoints ?? [checkpoint]) verifier.checkpoint(signed);
  for (const event of given.events ?? events) verifier.event(event);
  return verifier.report(outside);
}

const anyPlace = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: events.length - 1 });
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte));

describe('the chain of a journal', () => {
  it('holds, over blocks of several sizes, and counts what it compared', () => {
    expect(blocks.length).toBeGreaterThan(4);
    expect(verify({ outside: checkpoint })).toMatchObject({
      events: events.length,
      from: 1,
      to: events.length,
      unaudited: 0,
      checkpoints: 1,
      findings: [],
    });
  });

  it('finds the first event of which any byte, its time or its subject is another', () => {
    const anyChange = fc.constantFrom<(event: StoredEvent, at: number) => StoredEvent>(
      (event, at) => ({ ...event, body: flipped(event.body, at) }),
      (event, at) => ({ ...event, headers: flipped(event.headers, at) }),
      (event) => ({ ...event, timeNs: event.timeNs + 1n }),
      (event) => ({ ...event, subject: `${event.subject}x` }),
      // A byte that passes from the headers to the body is a change, too.
      (event) => ({ ...event, headers: new Uint8Array(), body: Buffer.concat([event.headers, event.body]) }),
    );
    fc.assert(
      fc.property(anyPlace(), fc.nat(10_000), anyChange, (place, at, change) => {
        const event = events[place] as StoredEvent;
        fc.pre(event.headers.length > 0);
        const [first] = verify({ events: events.with(place, change(event, at)) }).findings;
        expect(first).toMatchObject({ sequence: event.sequence });
      }),
      { numRuns: 60 },
    );
  });

  it('finds an event that is missing, inserted, doubled or out of order', () => {
    fc.assert(
      fc.property(anyPlace(), fc.constantFrom('drop', 'double', 'swap', 'insert'), (place, how) => {
        fc.pre(place > 0 && place < events.length - 1);
        const event = events[place] as StoredEvent;
        const next = events[place + 1] as StoredEvent;
        const tampered = {
          drop: events.toSpliced(place, 1),
          double: events.toSpliced(place, 0, event),
          swap: events.toSpliced(place, 2, next, event),
          // Everything behind it moves on by one.
          insert: [
            ...events.slice(0, place),
            event,
            ...events.slice(place).map((later) => ({ ...later, sequence: later.sequence + 1 })),
          ],
        }[how] as StoredEvent[];
        const { findings } = verify({ events: tampered });
        expect(findings[0]?.sequence).toBeGreaterThanOrEqual(event.sequence);
        expect(findings[0]?.sequence).toBeLessThanOrEqual(event.sequence + 1);
      }),
      { numRuns: 60 },
    );
  });

  it('finds that the end was cut off, from the trail, or from outside when the trail was cut as well', () => {
    const shorter = events.slice(0, -3);
    expect(verify({ events: shorter }).findings[0]?.what).toMatch(/^the journal was cut off: it ends with/);
    const last = blocks.at(-1) as AuditBlock;
    const cut = blocks.with(blocks.length - 1, {
      ...last,
      to: last.to - 3,
      hashes: last.hashes.slice(0, -3),
    });
    const both = { events: shorter, blocks: cut, checkpoints: [] };
    expect(verify(both).findings).toEqual([]);
    expect(verify({ ...both, outside: checkpoint }).findings[0]?.what).toMatch(
      /^a checkpoint outside vouches for it, and the audit trail ends with/,
    );
  });

  it('finds a trail that was written anew, and a signature by another key', () => {
    const other = new CheckpointSigner(newSigningKey());
    const { publicKey: _key, signature: _signature, ...place } = checkpoint;
    const forged = { ...checkpoint, hash: '0'.repeat(64) };
    expect(verify({ checkpoints: [forged] }).findings[0]?.what).toMatch(
      /signature of the checkpoint in the trail is wrong/,
    );
    const anew = other.sign({ ...place, hash: 'f'.repeat(64) });
    expect(verify({ checkpoints: [anew] }).findings[0]?.what).toMatch(/vouches for another hash/);
    expect(verify({ checkpoints: [other.sign(place)], outside: checkpoint }).findings[0]?.what).toMatch(
      /the key that signed the trail is not the one that signed outside/,
    );
  });

  it('is not chained on when the journal is another one, although it is as long', async () => {
    const altered = {
      readStored: async (range: { from: number; to: number }, onEvent: (event: StoredEvent) => void) =>
        store.audit.readStored(range, (event) => onEvent({ ...event, timeNs: event.timeNs + 1n })),
    };
    const other = new Auditor({ journal: store.journal, source: altered, trail: store.audit });
    await expect(other.catchUp()).rejects.toThrow(
      `ROLLCALL_AUDIT_BROKEN: sequence ${events.length} is not the event that was audited`,
    );
  });

  it('is continued by whoever comes next, and never forked by two at once', async () => {
    const [one, two] = [auditor(), auditor()];
    await Promise.all([one.catchUp(), two.catchUp()]);
    const aggregate = { kind: 'service', namespace: 'default', service: 'orders' } as const;
    const data = { namespace: 'default', service: 'orders', description: 'later' };
    await store.journal.append({ id: 'later', type: 'rollcall.service.policy-set.v1', aggregate, data });
    const results = await Promise.allSettled([one.catchUp(), two.catchUp()]);
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect((await one.catchUp()).sequence).toBe(events.length + 1);
    const kept: AuditBlock[] = [];
    await store.audit.readAll({ onBlock: (block) => kept.push(block), onCheckpoint: () => undefined });
    expect(kept.length).toBe(blocks.length + 1);
  });
});

const lines = (): ArchiveLine[] => [
  {
    kind: 'head',
    head: {
      format: ARCHIVE_FORMAT,
      stream: 'REGISTRY',
      subjects: 'registry.v1.',
      from: 1,
      to: events.length,
      at: '',
    },
  },
  ...blocks.map((block) => ({ kind: 'block' as const, block })),
  ...events.map((event) => ({ kind: 'event' as const, event })),
  { kind: 'end', events: events.length, digest: '' },
];

describe('an archive', () => {
  it('is read as it was written, to the byte', () => {
    const read = lines().map((line, index) => parseArchiveLine(printArchiveLine(line), index + 1));
    const kept = read.filter((line) => line.kind === 'event').map(({ event }) => event);
    expect(verify({ events: kept }).findings).toEqual([]);
    expect(() => parseArchiveLine('{"sequence":', 7)).toThrow(
      'ROLLCALL_ARCHIVE_INVALID: line 7: it is not JSON',
    );
    expect(() => parseArchiveLine('{"sequence":1}', 7)).toThrow('line 7: it is no part of an archive');
    expect(() => parseArchiveLine('{"end":1,"digest":""}', 1)).toThrow(
      'an archive begins with rollcall-journal/1',
    );
  });
});

if (hasPython)
  describe('an archive in the hands of an auditor', () => {
    it('is checked by an auditor with the lines of Python in the guide, and nothing of ours', async () => {
      const guide = await readFile('docs/guides/history.md', 'utf8');
      const script = /```python\n([\s\S]+?)```/.exec(guide)?.[1] as string;
      const check = async (archive: readonly ArchiveLine[]): Promise<string> => {
        const path = join(directory, 'archive.ndjson');
        await writeFile(path, archive.map((line) => `${printArchiveLine(line)}\n`).join(''));
        const run = promisify(execFile)('python3', ['-c', script, path]);
        return run.then(
          ({ stdout }) => stdout.trim(),
          ({ stderr }: { stderr: string }) => stderr.trim(),
        );
      };
      expect(await check(lines())).toBe('the chain holds');
      const tampered = lines().map((line) =>
        line.kind === 'event' && line.event.sequence === 40
          ? { ...line, event: { ...line.event, body: flipped(line.event.body, 0) } }
          : line,
      );
      expect(await check(tampered)).toBe('event 40 is not what was audited');
    });
  });
