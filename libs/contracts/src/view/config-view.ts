import type { ConfigRecord } from '../records/config.js';
import type { ConfigGrayRecord } from '../records/config-gray.js';
import type { ConfigOverrideRecord } from '../records/config-override.js';
import type { ConfigRolloutRecord } from '../records/config-rollout.js';
import type { ConfigScheduleRecord } from '../records/config-schedule.js';
import type { ConfigSchemaRecord } from '../records/config-schema.js';

/** Why something of config is not there any more. It is shown for a day, then forgotten; the journal keeps it. */
export type ConfigDeparture =
  'deleted' | 'removed' | 'completed' | 'withdrawn' | 'stopped' | 'cancelled' | 'skipped' | 'applied';

interface Viewed {
  /** Sequence of the aggregate's last event: what a compare-and-set expects. */
  readonly revision: number;
  /** Absent while it is in force. */
  readonly departure?: ConfigDeparture;
}

/** A key; deleted, without content. */
export interface ConfigView extends Readonly<Omit<ConfigRecord, 'deleted'>>, Viewed {}

export interface ConfigOverrideView extends Readonly<Omit<ConfigOverrideRecord, 'removed'>>, Viewed {}

export interface ConfigSchemaView extends Readonly<Omit<ConfigSchemaRecord, 'removed'>>, Viewed {}

export interface ConfigGrayView extends Readonly<ConfigGrayRecord>, Viewed {}

export interface ConfigScheduleView extends Readonly<ConfigScheduleRecord>, Viewed {}

export interface ConfigRolloutView extends Readonly<ConfigRolloutRecord>, Viewed {}

export type ViewedConfig =
  | ConfigView
  | ConfigOverrideView
  | ConfigSchemaView
  | ConfigGrayView
  | ConfigScheduleView
  | ConfigRolloutView;
