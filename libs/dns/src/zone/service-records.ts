import { type InstanceView, limits } from '#contracts';
import { mainAddress, networkEndpoints } from './endpoints.js';
import { textRecord } from './instance-records.js';
import type { LabelFilter } from './name.js';
import type { ZoneOptions } from './options.js';
import type { AddressData, Records, ResourceRecord } from './record.js';
import { weightedShuffle } from './weighted-shuffle.js';

export interface ServiceLook {
  /** Record type asked for. */
  readonly type: string;
  readonly endpoint: LabelFilter['endpoint'];
  readonly options: ZoneOptions;
  readonly chance: () => number;
}

/** What stands on the name of a service: the given instances in a random order, the heavier rather first. */
export function serviceRecords(views: readonly InstanceView[], look: ServiceLook): Records {
  const { type } = look;
  if (type !== 'A' && type !== 'AAAA' && type !== 'SRV' && type !== 'TXT') return { answers: [] };
  const ordered = weightedShuffle(views, ({ weight }) => weight, look.chance);
  if (type === 'SRV') return serverRecords(ordered, look);
  if (type === 'TXT') {
    return { answers: ordered.slice(0, limits.dnsAnswersMax).map((view) => textRecord(view, look.options)) };
  }
  return { answers: hostRecords(ordered, type, look) };
}

/** Each address once, also when several instances share a machine. */
function hostRecords(
  views: readonly InstanceView[],
  type: AddressData['type'],
  look: ServiceLook,
): ResourceRecord[] {
  const answers: ResourceRecord[] = [];
  const seen = new Set<string>();
  for (const view of views) {
    if (answers.length >= limits.dnsAnswersMax) break;
    const data = mainAddress(networkEndpoints(view, look.endpoint), type);
    const key = data?.bytes.join('.');
    if (data === undefined || key === undefined || seen.has(key)) continue;
    seen.add(key);
    answers.push({ ttl: look.options.ttlSeconds, data });
  }
  return answers;
}

function serverRecords(views: readonly InstanceView[], { endpoint, options }: ServiceLook): Records {
  const { zone, ttlSeconds: ttl } = options;
  const answers: ResourceRecord[] = [];
  const additionals = new Map<string, ResourceRecord>();
  for (const view of views) {
    for (const { target, isOurs, port, address } of networkEndpoints(view, endpoint)) {
      if (answers.length >= limits.dnsAnswersMax) return { answers, additionals: [...additionals.values()] };
      const host = isOurs ? `${target}.${zone}` : target;
      answers.push({ ttl, data: { type: 'SRV', priority: 0, weight: view.weight, port, target: host } });
      if (address !== undefined) additionals.set(host, { owner: host, ttl, data: address });
    }
  }
  return { answers, additionals: [...additionals.values()] };
}
