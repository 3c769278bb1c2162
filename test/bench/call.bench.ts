import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { eventTypes } from '#contracts';
import type { HttpCaller, RollcallClient } from '#client';
import { startTestRegistry, type TestRegistry } from '../integration/client/registry.js';
import { type Figure, figureOf, percentiles, printFigures } from './measure.js';
import { options } from './options.js';
import { medianOf } from './report/words.js';
import { profiled } from './profile.js';

const ROUNDS = options.isQuick ? 1 : 5;
const INSTANCES = 20;
const UNEVEN_CALLS = options.isQuick ? 600 : 3_000;

/** A service of twenty, in two zones and two versions, one of them suspected. */
async function registerMany(registry: TestRegistry, client: RollcallClient): Promise<void> {
  for (let index = 0; index < INSTANCES; index += 1) {
    await client.register({
      service: 'many',
      instance: `many-${index}`,
      version: index % 4 === 0 ? '2.0.0' : `1.${index}.0`,
      zone: index % 2 === 0 ? 'eu-1' : 'eu-2',
      endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8_000 + index }],
    });
  }
  const names = { namespace: 'default', service: 'many', instance: 'many-1' };
  const sequence = await registry.store.journal.append({
    id: randomUUID(),
    type: eventTypes.verdictSuspected,
    source: 'bench',
    time: new Date().toISOString(),
    aggregate: { kind: 'verdict', ...names },
    data: { ...names, incarnation: 1, state: 'suspected', evidence: { signal: 'call-failed' } },
  });
  await client.service('many').ready();
  await client.reached(sequence);
}

/** Picks a second, each with its own wishes object as callers write it. */
function pickRate(client: RollcallClient, picks: number): number {
  const many = client.service('many');
  const startedAtMs = performance.now();
  for (let index = 0; index < picks; index += 1) many.pick({ version: '^1', zone: 'eu-2' });
  return picks / ((performance.now() - startedAtMs) / 1_000);
}

/** What reading the clock takes, in ns: a pick reads it once, and so cannot be below. */
function clockNs(): number {
  const reads = 1_000_000;
  const startedAtMs = performance.now();
  let last = startedAtMs;
  for (let index = 0; index < reads; index += 1) last = performance.now();
  return ((last - startedAtMs) * 1e6) / reads;
}

async function listen(delayMs: number): Promise<Server> {
  const server = createServer((_request, response) => {
    if (delayMs === 0) response.end('ok');
    else setTimeout(() => response.end('ok'), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function serve(
  client: RollcallClient,
  service: string,
  delaysMs: readonly number[],
): Promise<Server[]> {
  const servers = await Promise.all(delaysMs.map((delayMs) => listen(delayMs)));
  for (const [index, server] of servers.entries()) {
    const endpoint = { name: 'http', protocol: 'http' as const, address: '127.0.0.1', port: portOf(server) };
    const instance = `${service}-${index}`;
    const { sequence } = await client.register({
      service,
      instance,
      version: '1.0.0',
      endpoints: [endpoint],
    });
    await client.service(service).ready();
    await client.reached(sequence);
  }
  return servers;
}

async function timed(times: number, call: () => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const startedAtMs = performance.now();
    await call();
    samples.push((performance.now() - startedAtMs) * 1_000);
  }
  return percentiles(samples).p50;
}

/** What a balanced call costs over a bare one, in turns on the same servers, one call at a time. */
async function callCost(client: RollcallClient): Promise<Figure[]> {
  const [first, ...others] = await serve(client, 'quick', [0, 0, 0]);
  const pool = new Pool(`http://127.0.0.1:${portOf(first as Server)}`, { connections: 128 });
  const bare = async (): Promise<string> => (await pool.request({ path: '/', method: 'GET' })).body.text();
  const http = client.http('quick');
  const balanced = async (): Promise<string> => (await http.get('/')).text();
  await timed(2_000, bare);
  await timed(2_000, balanced);
  const rounds: { readonly bareUs: number; readonly balancedUs: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      bareUs: await timed(1_500, bare),
      balancedUs: await profiled('balanced calls', () => timed(1_500, balanced)),
    });
  await pool.close();
  for (const server of [first as Server, ...others]) server.close();
  return [
    figureOf(
      'bare undici call, p50',
      'us',
      rounds.map(({ bareUs }) => bareUs),
    ),
    figureOf(
      'balanced call, p50',
      'us',
      rounds.map(({ balancedUs }) => balancedUs),
      {
        limit: `a bare call of undici takes ${medianOf(rounds.map(({ bareUs }) => bareUs)).toFixed(1)} us beside it: nothing built on it can be below`,
      },
    ),
    figureOf(
      'balanced over bare, p50',
      'us',
      rounds.map(({ bareUs, balancedUs }) => balancedUs - bareUs),
      {
        goal: { atMost: 60 },
        note: 'one call at a time, three instances, servers in the same process',
        limit:
          'a bare call is 0 here; the rest is choosing an instance and noting how its call went, in the one thread that serves as well',
      },
    ),
  ];
}

/** Share of the calls that the one slow instance of three gets, at about 200 calls a second. */
async function slowShare(client: RollcallClient): Promise<Figure> {
  const servers = await serve(client, 'uneven', [50, 5, 5]);
  const http = client.http('uneven');
  const instances: string[] = [];
  const call = async (caller: HttpCaller): Promise<void> => {
    instances.push((await caller.get('/')).instance);
  };
  const calls: Promise<void>[] = [];
  for (let index = 0; index < UNEVEN_CALLS; index += 1) {
    calls.push(call(http));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(calls);
  for (const server of servers) server.close();
  const slow = instances.filter((instance) => instance === 'uneven-0').length;
  return {
    name: 'traffic of one instance of three, 10 times as slow',
    value: (100 * slow) / instances.length,
    unit: '%',
    goal: { atMost: 10 },
    note: `${slow} of ${instances.length} calls, 5 ms against 50 ms, slow from the start`,
    limit: '0 is the limit; but an instance that gets no calls could not be seen to recover',
  };
}

const registry = await startTestRegistry();
const client = await registry.client();
await registerMany(registry, client);
pickRate(client, 1_000_000);
const rates = await profiled('picks', () =>
  Promise.resolve(Array.from({ length: ROUNDS }, () => pickRate(client, 2_000_000))),
);
const figures: Figure[] = [
  figureOf('pick() with a version range, a zone and one suspect among 20', 'picks/s', rates, {
    goal: { atLeast: 1_000_000 },
    note: 'default balancer, one core',
    limit: `one pick takes ${(1e9 / medianOf(rates)).toFixed(0)} ns of one thread, ${clockNs().toFixed(0)} ns of which reading the clock takes`,
  }),
  ...(await callCost(client)),
  await slowShare(client),
];
printFigures('Calling services', figures, {
  fixture: `picks: a service of ${INSTANCES} instances in two zones and two versions, one of them suspected; calls: three instances, answers of 2 B, one call at a time, in turns with bare ones of a pool of undici; broker, and a process with registry, client and called servers`,
  durability: 'nothing is written while it is measured',
});
await registry.stop();
process.exit(0);
