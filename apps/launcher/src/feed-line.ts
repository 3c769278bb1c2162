import { type Subjects, viewKeys } from '#contracts';
import { configWords } from './config-words.js';
import type { Paint } from './paint.js';

/** A change of the view as far as the feed shows it. Every text may come from anybody who can publish. */
export interface FeedChange {
  readonly change: string;
  readonly at: string;
  /** `orders/orders-1`, or the key of what is no instance. */
  readonly name: string;
  readonly service: string;
  readonly instance: string;
  readonly status: string;
  /** Where its first endpoint is. */
  readonly where: string;
  readonly departure: string;
  /** `rollcall.instance.deregistered.v1` -> `deregistered` */
  readonly fact: string;
  readonly reason: string;
  readonly fields: readonly string[];
  /** What a change of config says; undefined for everything else. */
  readonly told: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const DEFAULT_NAMESPACE = 'default';
const FIELDS_SHOWN = 4;

/** Null for what is no change of an instance or service (beacons, quarantine) and for what cannot be read. */
export function readChange(subject: string, body: string, subjects: Subjects): FeedChange | null {
  const key = subjects.discoveryKey(subject);
  if (key === undefined || key.startsWith(viewKeys.position[0] ?? '_')) return null;
  const view = parse(body);
  const record = objectIn(view, 'record');
  if (typeof view['change'] !== 'string' || Object.keys(record).length === 0) return null;
  const cause = objectIn(view, 'cause');
  const [service, instance, namespace] = [
    text(record['service']),
    text(record['instance']),
    text(record['namespace']),
  ];
  const config = configWords(key, record);
  const short =
    config?.name ?? [service === '' ? text(key) : service, instance].filter((part) => part !== '').join('/');
  return {
    change: view['change'],
    at: text(view['at']),
    name: text(namespace === '' || namespace === DEFAULT_NAMESPACE ? short : `${namespace}: ${short}`),
    told: config === undefined ? undefined : text(config.told),
    service,
    instance,
    status: text(record['status']),
    where: whereOf(record['endpoints']),
    departure: text(record['departure']),
    fact: text(cause['type']).split('.').at(-2) ?? '',
    reason: text(cause['reason']),
    fields: Array.isArray(view['changed'])
      ? view['changed'].map(text).filter((path) => path !== 'status')
      : [],
  };
}

/** One line for one change, like `15:04:05 + orders/orders-1 up http://127.0.0.1:8081`. */
export function feedLine(change: FeedChange, paint: Paint): string {
  const words = [
    paint.dim(clock(change.at)),
    sign(change.change, paint),
    paint.bold(change.name),
    ...details(change, paint),
  ];
  return [...words, change.reason === '' ? '' : paint.dim(`(${change.reason})`)]
    .filter((word) => word !== '')
    .join(' ');
}

function details(change: FeedChange, paint: Paint): string[] {
  if (change.told !== undefined) return configDetails(change, change.told);
  if (change.change === 'removed') return [change.departure || change.fact];
  if (change.change === 'added') return [change.status, change.where];
  // Of what the service itself changed, the fields say what; else the kind of event says it all.
  const own = change.fact === 'updated' ? change.fields : [];
  const more = own.length - FIELDS_SHOWN;
  const fields = [...own.slice(0, FIELDS_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  // `suspect` after `suspected` says nothing new.
  const facts = change.fact === `${change.status}ed` ? [] : [change.fact];
  const told = [change.status, ...facts].filter((word) => word !== '').join(', ');
  return [told, fields === '' ? '' : paint.dim(fields)];
}

/** Of what was set, the value says all; of anything else, the kind of event does. */
function configDetails({ change, fact, departure }: FeedChange, told: string): string[] {
  // `schedule-applied` of a schedule: `applied`.
  const deed = fact.replace(/^(override|schema|gray|schedule|rollout)-/, '');
  if (change === 'removed') return [deed || departure];
  return [told, deed === 'set' || deed === 'summarized' ? '' : deed];
}

function clock(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? '--:--:--' : time.toTimeString().slice(0, 8);
}

function sign(change: string, paint: Paint): string {
  if (change === 'added') return paint.green('+');
  return change === 'removed' ? paint.red('-') : paint.yellow('~');
}

function whereOf(endpoints: unknown): string {
  const first = Array.isArray(endpoints) ? objectIn({ first: endpoints[0] as unknown }, 'first') : {};
  if (first['port'] === undefined) return '';
  return `${text(first['protocol'])}://${text(first['address'])}:${text(first['port'])}${text(first['path'])}`;
}

function parse(body: string): Json {
  try {
    return objectIn({ body: JSON.parse(body) as unknown }, 'body');
  } catch {
    return {};
  }
}

function objectIn(json: Json, field: string): Json {
  const value = json[field];
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Without control characters: none of these texts may move the cursor of a terminal. */
function text(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return String(value).replaceAll(/\p{Cc}/gu, '?');
}
