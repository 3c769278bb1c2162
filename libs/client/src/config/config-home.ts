import type { ClientPlace } from '../client/place.js';
import type { Vitals } from '../heart/vitals.js';
import type { Registration } from '../registration/registration.js';

/** What a client tells the configs that live in it. */
export interface Followed {
  onRegistration(): void;
  close(): void;
}

/** A client, as far as config needs one. */
export interface ConfigHome {
  readonly place: ClientPlace;
  readonly vitals: Vitals;
  /** The instance that runs with this config, once it is registered. */
  readonly registrationFor: (application: string) => Registration | undefined;
  /** The config is told when the registration says something else, and closed with the client. */
  readonly adopt: (config: Followed) => void;
  readonly release: (config: Followed) => void;
}
