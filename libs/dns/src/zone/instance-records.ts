import type { InstanceView } from '#contracts';
import { mainAddress, networkEndpoints } from './endpoints.js';
import type { ZoneOptions } from './options.js';
import type { ResourceRecord } from './record.js';
import { addressRecords } from './zone-records.js';

/** What stands on the name of one instance. */
export function instanceRecords(view: InstanceView, type: string, options: ZoneOptions): ResourceRecord[] {
  if (type === 'TXT') return [textRecord(view, options)];
  if (type !== 'A' && type !== 'AAAA') return [];
  return addressRecords(mainAddress(networkEndpoints(view), type), type, options);
}

/** One string of a TXT record: its length is one byte. */
const STRING_BYTES_MAX = 255;

/**
 * One record an instance, one string a fact. What the registry says begins with an underscore, which no
 * metadata key does; a fact that does not fit into a string is left out.
 */
export function textRecord(view: InstanceView, { ttlSeconds }: ZoneOptions): ResourceRecord {
  const facts = [
    `_instance=${view.instance}`,
    `_version=${view.version}`,
    ...(view.zone === undefined ? [] : [`_zone=${view.zone}`]),
    ...view.tags.map((tag) => `_tag=${tag}`),
    ...Object.entries(view.metadata).map(([key, value]) => `${key}=${value}`),
  ];
  const strings = facts.filter((fact) => Buffer.byteLength(fact) <= STRING_BYTES_MAX);
  return { ttl: ttlSeconds, data: { type: 'TXT', strings } };
}
