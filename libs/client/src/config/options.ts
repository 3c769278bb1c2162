import type { ConfigReader } from '#contracts';
import type { KeyRing } from '#secrets';
import type { ConfigHandlers, ValidateConfig } from './events.js';

export interface ConfigWriterOptions {
  /** Who acts, as the history names it. Default: the client's own. */
  readonly actor?: string;
  /** Keys to seal secrets with. Default: those of ROLLCALL_CONFIG_KEYS or ROLLCALL_CONFIG_KEYS_FILE in `env`. */
  readonly ring?: KeyRing;
  /** How long to wait for the answer to a write. Default 10,000. */
  readonly timeoutMs?: number;
}

export interface ConfigOptions extends ConfigHandlers {
  /**
   * What this instance is to overrides and gray releases. What is left out is taken from its registration, as soon
   * as it has one.
   */
  readonly reader?: Partial<ConfigReader>;
  /** Keys to open secrets with. Default: those of ROLLCALL_CONFIG_KEYS or ROLLCALL_CONFIG_KEYS_FILE in `env`. */
  readonly ring?: KeyRing;
  /** Says whether the service can run with an update; the first config must pass, too. */
  readonly validate?: ValidateConfig;
  /**
   * A file in which the last good config is kept, for a start while the broker is away. It is for its owner alone;
   * secrets in it stay sealed. Absent: none is kept.
   */
  readonly lastGoodFile?: string;
  /** How long to wait for the registry before the last good config is taken, or the start fails. Default 10,000. */
  readonly timeoutMs?: number;
}
