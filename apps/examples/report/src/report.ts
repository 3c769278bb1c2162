import type { RegistryEvent } from '#contracts';

/** What happened to one service on one day (UTC). */
interface DayOfService {
  deploys: number;
  outages: number;
}

/** The report, and what has to be remembered to go on with it. */
export interface Report {
  readonly days: Record<string, Record<string, DayOfService>>;
  /** By `namespace/service/instance`: what the instance last said of itself. */
  readonly known: Record<string, { readonly version: string; readonly incarnation: number }>;
}

export const emptyReport = (): Report => ({ days: {}, known: {} });

/** A deploy: an instance says another version than before. An outage: the watchman found its present life ended. */
export function takeInto(report: Report, event: RegistryEvent): void {
  if (event.aggregate.kind !== 'instance' && event.aggregate.kind !== 'verdict') return;
  const { namespace, service, instance } = event.aggregate;
  const id = `${namespace}/${service}/${instance}`;
  const before = report.known[id];
  if (event.type === 'rollcall.instance.registered.v1' || event.type === 'rollcall.instance.updated.v1') {
    const { version, incarnation } = event.data;
    // Whoever was superseded may still talk; the registry refuses it, and the journal keeps it all the same.
    if (before !== undefined && incarnation < before.incarnation) return;
    if (before !== undefined && before.version !== version) dayOf(report, service, event.atMs).deploys += 1;
    report.known[id] = { version, incarnation };
  }
  if (event.type === 'rollcall.verdict.expired.v1' && event.data.incarnation === before?.incarnation) {
    dayOf(report, service, event.atMs).outages += 1;
  }
}

function dayOf({ days }: Report, service: string, atMs: number): DayOfService {
  const day = (days[new Date(atMs).toISOString().slice(0, 10)] ??= {});
  return (day[service] ??= { deploys: 0, outages: 0 });
}
