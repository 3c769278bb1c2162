import { limits } from '#contracts';
import type { ClientPlace } from '../client/place.js';
import type { Vitals } from '../heart/vitals.js';
import type { Registration } from '../registration/registration.js';
import type { Environment } from '../rules/environment.js';
import type { ConfigHome, Followed } from './config-home.js';
import type { LiveConfig } from './live-config.js';
import { openConfig } from './open-config.js';
import { ConfigCommands } from './config-commands.js';
import { ConfigWriter } from './config-writer.js';
import type { ConfigOptions, ConfigWriterOptions } from './options.js';
import { checkApplicationName, ringIn } from './words.js';

export interface ClientConfigsParts {
  readonly place: ClientPlace;
  readonly vitals: Vitals;
  readonly env: Environment | undefined;
  readonly registrations: Iterable<Registration>;
  /** Who writes, unless a writer is told otherwise. */
  readonly actor: () => string;
  readonly onTrouble: (error: Error) => void;
}

/** The configs one client follows. */
export class ClientConfigs {
  readonly home: ConfigHome;
  readonly #parts: ClientConfigsParts;
  readonly #open = new Set<Followed>();

  constructor(parts: ClientConfigsParts) {
    this.#parts = parts;
    const { place, vitals, registrations } = parts;
    this.home = {
      place,
      vitals,
      registrationFor: (application) => registrationFor(application, registrations),
      adopt: (config) => void this.#open.add(config),
      release: (config) => void this.#open.delete(config),
    };
  }

  open(application: string, options: ConfigOptions): Promise<LiveConfig> {
    const { place, env, onTrouble } = this.#parts;
    return openConfig(application, options, {
      namespace: place.namespace,
      env,
      onTrouble,
      home: Promise.resolve(this.home),
    });
  }

  writer(application: string, options: ConfigWriterOptions): ConfigWriter {
    const { place, env, actor } = this.#parts;
    const { timeoutMs = limits.atLeastWaitMsMax, ring } = options;
    return new ConfigWriter({
      namespace: place.namespace,
      application: checkApplicationName(application),
      commands: new ConfigCommands({ place, actor: () => options.actor ?? actor(), timeoutMs }),
      ring: () => ringIn(env, ring),
    });
  }

  /** Overrides and gray releases may be for this instance, now that it says something else of itself. */
  onRegistration(): void {
    for (const config of this.#open) config.onRegistration();
  }

  close(): void {
    for (const config of this.#open) config.close();
  }
}

/** Of several instances registered by one process, the one that is named like the application, else the first. */
function registrationFor(
  application: string,
  registrations: Iterable<Registration>,
): Registration | undefined {
  const all = [...registrations];
  return all.find(({ record }) => record.service === application) ?? all[0];
}
