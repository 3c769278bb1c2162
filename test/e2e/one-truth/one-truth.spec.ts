import { Resolver } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import fc from 'fast-check';
import { openSqlReader } from '#sql';
import { startTestBroker, type TestBroker } from '#testkit';
import { type RegistryClient, startRegistry } from '../registry/registry-client.js';
import { type Doors, overDns, overHttp, overNats, overPrometheus, overSql, targetOf } from './doors.js';
import { Model, routableIn, type Sight } from './model.js';
import { services, type Step, steps } from './operations.js';
import { tell } from './tell.js';
import { Watching } from './watching.js';

const HISTORIES = 12;

let broker: TestBroker;
let registry: RegistryClient;
let directory: string;
let doors: Doors;
let count = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-truth-'));
  broker = await startTestBroker();
  registry = await startRegistry({
    ...broker.env,
    ROLLCALL_ROLES: 'projector,watchman,api,dns,sql',
    ROLLCALL_DATA_DIR: directory,
  });
  const { port } = JSON.parse(await registry.line(/"message":"answering DNS"/)) as { port: number };
  await registry.readiness(200, /rollcall\.db at sequence/);
  const dns = new Resolver();
  dns.setServers([`127.0.0.1:${port}`]);
  doors = {
    url: registry.url,
    nats: await connect(broker.connection),
    dns,
    sql: await openSqlReader(join(directory, 'sql', 'rollcall.db')),
  };
});
afterAll(async () => {
  await doors?.sql.close();
  await doors?.nats.close();
  await registry?.stop();
  await broker?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Does what the history says, and after each step compares what every door says at that sequence with the model. */
async function live(history: readonly Step[]): Promise<void> {
  const namespace = `truth-${(count += 1)}`;
  const model = new Model();
  const watching = new Watching();
  await watching.open(doors.url, namespace);
  const moments: { readonly sequence: number; readonly sight: Sight }[] = [];
  try {
    for (const { via, operation } of history) {
      const isAccepted = model.apply(operation);
      const told = await tell({ ...doors, namespace }, via, operation);
      const outcome = typeof told === 'number' ? 'accepted' : told;
      expect(outcome).toBe(isAccepted ? 'accepted' : 'ROLLCALL_NOT_FOUND');
      if (!isAccepted) continue;
      // What changes nothing is answered with the sequence that stands, which may be an older one.
      const sequence = Math.max(Number(told), moments.at(-1)?.sequence ?? 0);
      moments.push({ sequence, sight: model.sight });
      await compare(namespace, sequence, model.sight);
    }
    for (const { sequence, sight } of moments) {
      await watching.reached(sequence);
      expect({ door: 'SSE', at: sequence, sight: watching.at(sequence) }).toEqual({
        door: 'SSE',
        at: sequence,
        sight,
      });
    }
  } finally {
    await watching.close();
  }
}

/** Each door by its name, so that a failure says which one differs. */
async function compare(namespace: string, sequence: number, sight: Sight): Promise<void> {
  const routable = routableIn(sight);
  const names = (seen: Sight): string[] =>
    [...seen.keys()].toSorted((left, right) => left.localeCompare(right));
  const [http, httpRoutable, nats, natsRoutable, prometheus, dns, sql] = await Promise.all([
    overHttp(doors, namespace, sequence),
    overHttp(doors, namespace, sequence, '&routable=true'),
    overNats(doors, namespace, sequence),
    overNats(doors, namespace, sequence, { routable: true }),
    overPrometheus(doors, namespace, sequence),
    overDns(doors, namespace, sequence),
    overSql(doors, namespace, sequence),
  ]);
  const targets = new Map([...sight].map(([name, shown]) => [name, targetOf(shown)]));
  expect({
    http,
    httpRoutable: names(httpRoutable),
    nats,
    natsRoutable: names(natsRoutable),
    prometheus,
    dns,
    sql: sql.sight,
    sqlRoutable: routableByRank(sql.ranks),
  }).toEqual({
    http: sight,
    httpRoutable: routable,
    nats: sight,
    natsRoutable: routable,
    prometheus: targets,
    dns: portsOf(sight, routable),
    sql: sight,
    sqlRoutable: routable,
  });
}

function portsOf(sight: Sight, routable: readonly string[]): Record<string, number[]> {
  return Object.fromEntries(
    services.map((service) => {
      const mine = routable.filter((name) => name.startsWith(`${service}/`));
      return [
        service,
        mine.map((name) => sight.get(name)?.port ?? 0).toSorted((left, right) => left - right),
      ];
    }),
  );
}

/** The tables tell the rank of each instance; of each service the best rank is called. */
function routableByRank(ranks: ReadonlyMap<string, string>): string[] {
  return services.flatMap((service) => {
    const mine = [...ranks].filter(([name]) => name.startsWith(`${service}/`));
    const best = ['preferred', 'last-resort'].find((rank) => mine.some(([, held]) => held === rank));
    return mine
      .filter(([, rank]) => rank === best)
      .map(([name]) => name)
      .toSorted((left, right) => left.localeCompare(right));
  });
}

describe('whatever is registered, changed and removed', () => {
  it('HTTP, SSE, NATS, Prometheus, DNS and SQL say the same, and it is what the model says', async () => {
    // On a failure fast-check tells the seed and the shortest history that fails.
    await fc.assert(fc.asyncProperty(steps, live), { numRuns: HISTORIES, interruptAfterTimeLimit: 60_000 });
    expect(count).toBeGreaterThanOrEqual(HISTORIES);
  }, 120_000);
});
