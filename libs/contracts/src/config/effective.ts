import type { ContentType } from './words.js';

/** Where the value comes from that an instance sees: of these, the last one that applies counts. */
export type ConfigLayer =
  'shared' | 'shared-gray' | 'shared-override' | 'application' | 'application-gray' | 'application-override';

/** The instance that reads, as far as a match may ask for it. */
export interface ConfigReader {
  readonly instance: string;
  readonly version?: string;
  readonly zone?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One key as one instance sees it. */
export interface EffectiveKey {
  readonly key: string;
  readonly contentType: ContentType;
  /** The text as it was written; of a secret, the sealed envelope. */
  readonly value: string;
  readonly layer: ConfigLayer;
  /** Name of the override it comes from. */
  readonly override?: string;
  /** Sequence of the event it comes from. */
  readonly revision: number;
}

/** The config of an application as one instance sees it. */
export interface EffectiveConfig {
  readonly namespace: string;
  readonly application: string;
  /** By key, in the order of the keys. */
  readonly keys: readonly EffectiveKey[];
  /** The newest sequence of anything that was looked at, deletions too: what an instance reports as dealt with. */
  readonly revision: number;
}
