import { Resolver } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import type { InstanceView } from '#contracts';
import { sqlQuery, type SqlReader } from '#sql';
import type { Shown, Sight } from './model.js';
import { services } from './operations.js';

/** Where everything can be asked. */
export interface Doors {
  readonly url: string;
  readonly nats: NatsConnection;
  readonly dns: Resolver;
  readonly sql: SqlReader;
}

export function shownOf(view: InstanceView): [name: string, shown: Shown] {
  const { service, instance, status, weight, version, zone, incarnation, endpoints } = view;
  const port = endpoints[0]?.port ?? 0;
  return [`${service}/${instance}`, { status, weight, version, port, zone, incarnation }];
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET ${url} answers ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export async function overHttp(
  { url }: Doors,
  namespace: string,
  sequence: number,
  question = '',
): Promise<Sight> {
  const path = `/v1/namespaces/${namespace}/instances?atLeast=${sequence}${question}`;
  const { instances } = (await getJson(url + path)) as { instances: InstanceView[] };
  return new Map(instances.map(shownOf));
}

export async function overNats(
  { nats }: Doors,
  namespace: string,
  atLeast: number,
  question: object = {},
): Promise<Sight> {
  const asked = JSON.stringify({ namespace, atLeast, ...question });
  const answer = await nats.request('rollcall.v1.query.instances', asked, { timeout: 5_000 });
  const { instances } = answer.json<{ instances?: InstanceView[] }>();
  if (instances === undefined) throw new Error(`the question ${asked} is answered ${answer.string()}`);
  return new Map(instances.map(shownOf));
}

/** What a scrape target tells. */
export type Target = Pick<Shown, 'status' | 'version' | 'port' | 'zone'>;

export function targetOf({ status, version, port, zone }: Shown): Target {
  return { status, version, port, zone };
}

export async function overPrometheus(
  { url }: Doors,
  namespace: string,
  sequence: number,
): Promise<ReadonlyMap<string, Target>> {
  const path = `/v1/namespaces/${namespace}/prometheus-sd?endpoint=*&atLeast=${sequence}`;
  const groups = (await getJson(url + path)) as { targets: string[]; labels: Record<string, string> }[];
  return new Map(
    groups.map(({ targets, labels }) => {
      const of = (label: string): string | undefined => labels[`__meta_rollcall_${label}`];
      const port = Number(targets[0]?.split(':')[1]);
      const target = { status: of('status') ?? '', version: of('version') ?? '', port, zone: of('zone') };
      return [`${of('service')}/${of('instance')}`, target];
    }),
  );
}

const POLL_MS = 5;

/** Ports callers are sent to, by service, once the zone has the serial of a sequence. */
export async function overDns(
  { dns }: Doors,
  namespace: string,
  sequence: number,
): Promise<Record<string, number[]>> {
  while ((await dns.resolveSoa('rollcall')).serial < sequence) await delay(POLL_MS);
  const found = await Promise.all(
    services.map(async (service): Promise<[string, number[]]> => {
      const records = await dns
        .resolveSrv(`_http._tcp.${service}.${namespace}.service.rollcall`)
        .catch(nobody);
      return [service, records.map(({ port }) => port).toSorted((left, right) => left - right)];
    }),
  );
  return Object.fromEntries(found);
}

function nobody(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
  throw error;
}

/** What the tables hold once they reflect a sequence, and whom they call routable. */
export async function overSql(
  { sql }: Doors,
  namespace: string,
  sequence: number,
): Promise<{ readonly sight: Sight; readonly ranks: ReadonlyMap<string, string> }> {
  for (;;) {
    const answer = await sqlQuery(
      sql,
      `select i.service, i.instance, i.status, i.weight, i.version, i.zone, i.incarnation, i.routability, e.port
       from present_instances i
       left join endpoints e on e.namespace = i.namespace and e.service = i.service and e.instance = i.instance
       where i.namespace = '${namespace}'`,
    );
    if (answer.sequence < sequence) {
      await delay(POLL_MS);
      continue;
    }
    const rows = answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((column, index) => [column, row[index]])),
    ) as Record<string, string | number | null>[];
    const sight = new Map<string, Shown>();
    const ranks = new Map<string, string>();
    for (const { service, instance, status, weight, version, zone, incarnation, routability, port } of rows) {
      const name = `${service}/${instance}`;
      const shown = { status, weight, version, port, zone: zone ?? undefined, incarnation };
      sight.set(name, shown as Shown);
      ranks.set(name, routability as string);
    }
    return { sight, ranks };
  }
}
