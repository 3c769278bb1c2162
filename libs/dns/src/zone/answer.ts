import type { InstanceView } from '#contracts';
import { routableOf } from '#domain';
import type { DnsSource } from '../source.js';
import { instanceRecords } from './instance-records.js';
import { fromHex } from './ip.js';
import { type Asked, type LabelFilter, parseName } from './name.js';
import type { ZoneOptions } from './options.js';
import { type AddressData, type Answer, emptyAnswer, type Records, type ResourceRecord } from './record.js';
import { serviceRecords } from './service-records.js';
import { addressRecords, apexRecords, serverAddress, startOfAuthority } from './zone-records.js';

export interface Question {
  /** As it was asked, case and all, without a final dot. */
  readonly name: string;
  /** `A`, `SRV`, ..., or `UNKNOWN_n`. */
  readonly type: string;
}

export interface ZoneParts {
  readonly source: DnsSource;
  readonly options: ZoneOptions;
  /** Gives numbers from 0 (inclusive) to 1 (exclusive); decides the order of equals. */
  readonly chance: () => number;
}

/** What the zone says to a question. Pure: the view, the options and chance come in. */
export function answerQuestion(question: Question, parts: ZoneParts): Answer {
  const { source, options } = parts;
  const asked = parseName(question.name, options.zone);
  if (asked.kind === 'outside') return { ...emptyAnswer, rcode: 'REFUSED' };
  const position = source.position();
  if (position === undefined) return { ...emptyAnswer, rcode: 'SERVFAIL' };
  const found = look(asked, question.type, position, parts);
  if (found !== undefined && found.answers.length > 0) {
    return { ...emptyAnswer, rcode: 'NOERROR', isAuthoritative: true, ...found };
  }
  return {
    ...emptyAnswer,
    rcode: found === undefined ? 'NXDOMAIN' : 'NOERROR',
    isAuthoritative: true,
    authorities: [startOfAuthority(options, position)],
  };
}

type Inside = Exclude<Asked, { kind: 'outside' }>;

/** The records of a name, or undefined when there is no such name. */
function look(asked: Inside, type: string, position: number, parts: ZoneParts): Records | undefined {
  if (type !== 'ANY') return lookFor(asked, type, position, parts);
  // RFC 8482: an answer to ANY need not be everything.
  const isThere = lookFor(asked, 'TXT', position, parts) !== undefined;
  const hint: ResourceRecord = {
    ttl: parts.options.ttlSeconds,
    data: { type: 'HINFO', cpu: 'RFC8482', os: '' },
  };
  return isThere ? { answers: [hint] } : undefined;
}

function lookFor(asked: Inside, type: string, position: number, parts: ZoneParts): Records | undefined {
  const { source, options } = parts;
  switch (asked.kind) {
    case 'apex':
      return apexRecords(type, options, position);
    case 'name-server':
      return { answers: addressRecords(serverAddress(options), type, options) };
    case 'address':
      return { answers: addressRecords(hexAddress(asked.hex), type, options) };
    case 'branch':
      return isBranch(source, asked) ? { answers: [] } : undefined;
    case 'instance': {
      const view = source.instance(asked.namespace, asked.service, asked.instance);
      return view === undefined ? undefined : { answers: instanceRecords(view, type, options) };
    }
    case 'service':
      return lookForService(asked, type, parts);
    default:
      return undefined;
  }
}

function hexAddress(hex: string): AddressData {
  const bytes = fromHex(hex);
  return { type: bytes.length === 4 ? 'A' : 'AAAA', bytes };
}

function isBranch(source: DnsSource, { namespace, service }: Extract<Asked, { kind: 'branch' }>): boolean {
  if (namespace === undefined) return true;
  return service === undefined
    ? source.hasNamespace(namespace)
    : source.instances(namespace, service) !== undefined;
}

/** A filter that nothing fits finds no data, not no name: the service is there, only not like this. */
function lookForService(
  { namespace, service, filter }: Extract<Asked, { kind: 'service' }>,
  type: string,
  { source, options, chance }: ZoneParts,
): Records | undefined {
  const views = source.instances(namespace, service);
  if (views === undefined) return undefined;
  const routable = routableOf(views.filter((view) => fits(view, filter)));
  return serviceRecords(routable, { type, endpoint: filter.endpoint, options, chance });
}

/** DNS does not know case, so neither do filters that come through it. */
function fits(view: InstanceView, { version, zone, tags }: LabelFilter): boolean {
  if (zone !== undefined && view.zone !== zone) return false;
  if (version !== undefined && !version.includes(view.version.toLowerCase())) return false;
  return tags.every((wanted) => view.tags.some((tag) => tag.toLowerCase() === wanted));
}
