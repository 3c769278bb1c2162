import type { InstanceView } from '#contracts';
import { fromTime, routability, type ViewEntry } from '#domain';
import type { EndpointRow, InstanceRow, MetadataRow, TagRow } from '../schema/tables.js';
import { cleanText, textOrNull } from './clean-text.js';

/** The row of an instance. */
export function instanceRow({ sequence, at, cause, record }: ViewEntry<InstanceView>): InstanceRow {
  const { namespace, service, instance, version, status, weight, departure } = record;
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/, 3).map(Number);
  return {
    namespace,
    service,
    instance,
    incarnation: record.incarnation,
    version,
    version_major: major,
    version_minor: minor,
    version_patch: patch,
    status,
    weight,
    routability: routability(record),
    ...reported(record),
    zone: record.zone ?? null,
    region: record.region ?? null,
    lease_ms: record.leaseMs,
    heartbeat_ms: record.heartbeatMs ?? null,
    started_at: record.startedAt ?? null,
    registered_at: record.registeredAt,
    registered_sequence: record.registeredSequence,
    revision: record.revision,
    ...overlaid(record),
    departure: departure ?? null,
    sequence,
    changed_at: at,
    changed_at_ms: fromTime(at),
    cause_type: cause.type,
    cause_actor: textOrNull(cause.actor),
    cause_reason: textOrNull(cause.reason),
    entry: JSON.stringify({ sequence, at, cause, record }),
  };
}

function reported({
  reported: said,
}: InstanceView): Pick<InstanceRow, 'reported_status' | 'reported_weight'> {
  return { reported_status: said?.status ?? null, reported_weight: said?.weight ?? null };
}

type Overlaid = Pick<
  InstanceRow,
  | 'override_status'
  | 'override_weight'
  | 'override_actor'
  | 'override_reason'
  | 'verdict_state'
  | 'verdict_signal'
>;

function overlaid({ override, verdict }: InstanceView): Overlaid {
  return {
    override_status: override?.status ?? null,
    override_weight: override?.weight ?? null,
    override_actor: textOrNull(override?.actor),
    override_reason: textOrNull(override?.reason),
    verdict_state: verdict?.state ?? null,
    verdict_signal: verdict?.evidence.signal ?? null,
  };
}

/** What of an instance stands in tables of its own. */
export const partNames = ['endpoints', 'tags', 'metadata'] as const;
export type PartName = (typeof partNames)[number];

/** Who is not there has no endpoints to be found by, no tags and no metadata. */
export function partOf(view: InstanceView | undefined, part: PartName): InstanceView[PartName] | undefined {
  return view === undefined || view.departure !== undefined ? undefined : view[part];
}

export function endpointRows(view: InstanceView): EndpointRow[] {
  return view.endpoints.map(({ name, protocol, address, port, path, subject }) => ({
    ...namesOf(view),
    name,
    protocol,
    address: address ?? null,
    port: port ?? null,
    path: textOrNull(path),
    subject: textOrNull(subject),
  }));
}

/** Two tags may be alike once they are cleaned. */
export function tagRows(view: InstanceView): TagRow[] {
  return [...new Set(view.tags.map(cleanText))].map((tag) => ({ ...namesOf(view), tag }));
}

export function metadataRows(view: InstanceView): MetadataRow[] {
  return Object.entries(view.metadata).map(([key, value]) => ({
    ...namesOf(view),
    key,
    value: cleanText(value),
  }));
}

function namesOf({ namespace, service, instance }: InstanceView) {
  return { namespace, service, instance };
}
