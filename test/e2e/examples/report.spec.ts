import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type InstanceRecord, type NewEvent, type VerdictRecord } from '#contracts';
import { openRegistryStore, type RegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';
import { startProgram } from '../fixtures/program.js';

const MAIN = 'apps/examples/report/src/main.js';
const ROUNDS = 4_000;

let broker: TestBroker;
let store: RegistryStore;
let directory: string;
beforeAll(async () => {
  broker = await startTestBroker({ synced: false });
  const { url, user, password } = broker;
  store = await openRegistryStore({ connection: await connectBroker({ url, user, password }) });
  directory = await mkdtemp(join(tmpdir(), 'rollcall-report-'));
});
afterAll(async () => {
  await store.connection.close();
  await broker.stop();
  await rm(directory, { recursive: true });
});

let number = 0;
const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };

function registered(incarnation: number, version: string): NewEvent {
  const data: InstanceRecord = {
    ...names,
    incarnation,
    version,
    status: 'up',
    endpoints: [],
    leaseMs: 0,
  } as never;
  number += 1;
  return {
    id: `e-${number}`,
    type: eventTypes.instanceRegistered,
    aggregate: { kind: 'instance', ...names },
    data,
  };
}

function expired(incarnation: number): NewEvent {
  const data: VerdictRecord = { ...names, incarnation, state: 'expired', evidence: { signal: 'sweep' } };
  number += 1;
  return {
    id: `e-${number}`,
    type: eventTypes.verdictExpired,
    aggregate: { kind: 'verdict', ...names },
    data,
  };
}

/** Each round a new version, an outage of it, and a word of the one before it, which counts for nothing. */
async function appendRounds(from: number, to: number): Promise<void> {
  for (let start = from; start <= to; start += 200) {
    const events = [];
    for (let round = start; round < Math.min(start + 200, to + 1); round += 1)
      events.push(
        registered(round, `1.0.${round}`),
        registered(round - 1 || 1, `1.0.${round}`),
        expired(round),
        expired(round - 1 || round + 1),
      );
    await store.journal.appendBatch(events);
  }
}

const file = (): string => join(directory, 'report.json');
const env = () => {
  const { url: NATS_URL, user: NATS_USER, password: NATS_PASSWORD } = broker;
  return { NATS_URL, NATS_USER, NATS_PASSWORD, REPORT_FILE: file() };
};

interface Reported {
  readonly days: Record<string, Record<string, { deploys: number; outages: number }>>;
  readonly position: { readonly sequence: number };
}

const reported = async (): Promise<Reported> => JSON.parse(await readFile(file(), 'utf8')) as Reported;

/** All days together: the test may run at midnight. */
function totals({ days }: Reported): { deploys: number; outages: number } {
  const counts = Object.values(days).map((day) => day['orders'] ?? { deploys: 0, outages: 0 });
  return {
    deploys: counts.reduce((sum, { deploys }) => sum + deploys, 0),
    outages: counts.reduce((sum, { outages }) => sum + outages, 0),
  };
}

describe('the report, a projection in a process of its own', () => {
  it('counts right although it was killed in the middle, goes on, and is the same when it is made anew', async () => {
    await appendRounds(1, ROUNDS);
    const first = startProgram(MAIN, env());
    await first.saw(/up to \d+/);
    await first.kill('SIGKILL');
    const { sequence } = (await reported()).position;
    expect(sequence).toBeLessThan(4 * ROUNDS);

    const second = startProgram(MAIN, env());
    await second.saw(new RegExp(`up to ${4 * ROUNDS} `));
    expect(totals(await reported())).toEqual({ deploys: ROUNDS - 1, outages: ROUNDS });
    await appendRounds(ROUNDS + 1, ROUNDS + 10);
    await second.saw(new RegExp(`up to ${4 * ROUNDS + 40} `));
    await second.kill('SIGTERM');
    const kept = await reported();
    expect(totals(kept)).toEqual({ deploys: ROUNDS + 9, outages: ROUNDS + 10 });

    await rm(file());
    const third = startProgram(MAIN, { ...env(), ONCE: '1' });
    await third.ended;
    expect(await reported()).toEqual(kept);
  });
});
