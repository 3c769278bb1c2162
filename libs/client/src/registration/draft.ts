import {
  assertRecord,
  checkName,
  type Endpoint,
  type InstanceRecord,
  limits,
  quote,
  RollcallError,
} from '#contracts';
import { leaseFields } from '../rules/lease-choice.js';
import type { RecordDraft, RegistrationInput, RegistrationUpdate } from './input.js';

/** What the record says beside the input: names and places the client found out. */
export interface DraftFacts {
  readonly namespace: string;
  readonly instance: string;
  readonly address: string;
  readonly port?: number | undefined;
  readonly startedAt: string;
}

/**
 * The record to register, checked completely: nothing wrong reaches the journal.
 * @throws ROLLCALL_NAME_INVALID, ROLLCALL_RECORD_INVALID naming each field with its value
 */
export function draftRecord(input: RegistrationInput, facts: DraftFacts): RecordDraft {
  checkName('service', input.service);
  checkOverloadLimit(input.overloadedAfterMs);
  const { service, version, status = 'up', zone, region, weight, tags, metadata } = input;
  const draft = withoutAbsent({
    namespace: facts.namespace,
    service,
    instance: facts.instance,
    version,
    status,
    endpoints: (input.endpoints ?? []).map((endpoint) => completeEndpoint(endpoint, facts)),
    zone,
    region,
    weight,
    tags: tags && [...tags],
    metadata: metadata && { ...metadata },
    ...leaseFields(input.lease ?? 'lan'),
    startedAt: input.startedAt ?? facts.startedAt,
  });
  assertRecord('instance', { ...draft, incarnation: 1 });
  return draft;
}

/**
 * Refuses what register() would refuse, before anything else is known: names, version, status, endpoints.
 * @throws ROLLCALL_NAME_INVALID, ROLLCALL_RECORD_INVALID
 */
export function checkRegistration(input: RegistrationInput): void {
  const instance = input.instance === undefined ? 'unnamed' : checkName('instance', input.instance);
  const startedAt = new Date(0).toISOString();
  draftRecord(input, { namespace: 'default', instance, address: '127.0.0.1', port: 1, startedAt });
}

const OVERLOADED_AFTER_MS_MIN = 100;

function checkOverloadLimit(afterMs: number | undefined): void {
  if (afterMs === undefined) return;
  if (Number.isInteger(afterMs) && afterMs >= OVERLOADED_AFTER_MS_MIN && afterMs <= limits.leaseMsMax) return;
  const range = `a whole number of ms between ${OVERLOADED_AFTER_MS_MIN} and ${limits.leaseMsMax}`;
  throw new RollcallError('ROLLCALL_RECORD_INVALID', `overloadedAfterMs ${quote(afterMs)} is not ${range}`);
}

/** A record with some fields changed, checked. @throws ROLLCALL_RECORD_INVALID */
export function patchRecord(
  record: InstanceRecord,
  update: RegistrationUpdate,
  facts: Pick<DraftFacts, 'address' | 'port'>,
): InstanceRecord {
  const { reason: _reason, endpoints, ...fields } = update;
  const completed = endpoints?.map((endpoint) => completeEndpoint(endpoint, facts));
  const patch = withoutAbsent({ ...fields, endpoints: completed });
  const patched = { ...record, ...patch } as InstanceRecord;
  assertRecord('instance', patched);
  return patched;
}

/** Address and port belong to network protocols only; a `nats` endpoint is reached by its subject. */
function completeEndpoint(
  endpoint: Endpoint,
  { address, port }: Pick<DraftFacts, 'address' | 'port'>,
): Endpoint {
  if (endpoint.protocol === 'nats') return endpoint;
  return withoutAbsent({ ...endpoint, address: endpoint.address ?? address, port: endpoint.port ?? port });
}

/** JSON has no undefined: a field nobody gave is a field that is not there. */
function withoutAbsent<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
