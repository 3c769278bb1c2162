/** Times are RFC 3339 texts in UTC, which sort as they are; `_ms` columns are ms since the epoch. */
export interface Tables {
  rollcall_projection: ProjectionRow;
  services: ServiceRow;
  instances: InstanceRow;
  endpoints: EndpointRow;
  instance_tags: TagRow;
  instance_metadata: MetadataRow;
  config: ConfigRow;
  config_rules: ConfigRuleRow;
  events: EventRow;
}

/** How far the tables have come; one row. Written in the transaction that writes the rows it speaks of. */
interface ProjectionRow {
  readonly name: string;
  /** Rules the rows were made by. Rows made by other rules are made again from zero. */
  readonly version: number;
  readonly position: number;
  /** Broker time of that event. */
  readonly at: string | null;
  /** Which journal the rows are of: when it was founded. Rows of another one are made again from zero. */
  readonly journal: string | null;
}

/** Every service anybody has spoken of. Policy columns are null until an operator sets one. */
export interface ServiceRow {
  readonly namespace: string;
  readonly service: string;
  readonly description: string | null;
  /** JSON. */
  readonly metadata: string | null;
  readonly protection_share_percent: number | null;
  readonly protection_minimum_count: number | null;
  readonly protection_max_ms: number | null;
  readonly policy_revision: number | null;
  /** 1 while mass-expiry protection holds, 0 after it was released, null if it never did. */
  readonly protection_engaged: number | null;
  readonly protection_at: string | null;
  readonly policy_entry: string | null;
  readonly protection_entry: string | null;
}

export interface InstanceRow {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
  readonly incarnation: number;
  readonly version: string;
  readonly version_major: number;
  readonly version_minor: number;
  readonly version_patch: number;
  /** As callers should take it. */
  readonly status: string;
  readonly weight: number;
  readonly routability: string;
  /** What the service says itself, where that differs. */
  readonly reported_status: string | null;
  readonly reported_weight: number | null;
  readonly zone: string | null;
  readonly region: string | null;
  readonly lease_ms: number;
  readonly heartbeat_ms: number | null;
  readonly started_at: string | null;
  readonly registered_at: string;
  readonly registered_sequence: number;
  readonly revision: number;
  readonly override_status: string | null;
  readonly override_weight: number | null;
  readonly override_actor: string | null;
  readonly override_reason: string | null;
  readonly verdict_state: string | null;
  readonly verdict_signal: string | null;
  /** Why it is not there; null while it is. */
  readonly departure: string | null;
  /** The event that led to this row. */
  readonly sequence: number;
  readonly changed_at: string;
  readonly changed_at_ms: number;
  readonly cause_type: string;
  readonly cause_actor: string | null;
  readonly cause_reason: string | null;
  /** The view entry as JSON, exactly. */
  readonly entry: string;
}

interface InstanceNames {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}

/** Of instances that are there. */
export interface EndpointRow extends InstanceNames {
  readonly name: string;
  readonly protocol: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly path: string | null;
  readonly subject: string | null;
}

export interface TagRow extends InstanceNames {
  readonly tag: string;
}

export interface MetadataRow extends InstanceNames {
  readonly key: string;
  readonly value: string;
}

interface ConfigStory {
  readonly revision: number;
  readonly author: string | null;
  readonly reason: string | null;
  /** The event that led to this row. */
  readonly sequence: number;
  readonly changed_at: string;
  readonly changed_at_ms: number;
  readonly cause_type: string;
  /** The view entry as JSON, exactly; of a secret, with its value sealed. */
  readonly entry: string;
}

/** Every config key anybody has set, also those deleted since. */
export interface ConfigRow extends ConfigStory {
  readonly namespace: string;
  readonly application: string;
  readonly key: string;
  readonly content_type: string | null;
  /** Null for a secret, and for what was deleted. */
  readonly value: string | null;
  /** 1 for a secret, else 0. */
  readonly secret: number;
  /** 1 after it was deleted, else 0. */
  readonly deleted: number;
}

/** What was laid down about config keys beside their values: overrides, schemas, gray releases and the like. */
export interface ConfigRuleRow extends ConfigStory {
  readonly namespace: string;
  readonly application: string;
  /** override, schema, gray, rollout or schedule. */
  readonly kind: string;
  /** The key it is about, or the name of the schedule. */
  readonly name: string;
  /** JSON. */
  readonly record: string;
}

/** Every event of the journal, whether it changed anything or not. */
export interface EventRow {
  readonly sequence: number;
  readonly at: string;
  readonly at_ms: number;
  /** Subject behind `registry.v1.`. */
  readonly subject: string;
  readonly type: string | null;
  readonly aggregate: string | null;
  readonly namespace: string | null;
  readonly service: string | null;
  readonly instance: string | null;
  readonly application: string | null;
  readonly key: string | null;
  readonly event_id: string | null;
  readonly source: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly causation_id: string | null;
  readonly traceparent: string | null;
  /** applied, unchanged, refused, malformed or unknown. */
  readonly outcome: string;
  /** Why it was refused or could not be read. */
  readonly problem: string | null;
  /** Body as JSON text; null when it is not JSON. */
  readonly data: string | null;
}
