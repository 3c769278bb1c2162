import type { BrokerAccess } from '#nats';
import type { CallListener } from '../calls/governance/call-tally.js';
import type { HeartPlacement } from '../heart/open-hearts.js';
import type { Environment } from '../rules/environment.js';

/** What a client tells the process it lives in. None of them may throw. */
export interface ClientHandlers {
  readonly onConnected?: () => void;
  readonly onDisconnected?: () => void;
  /** Something failed that no call is waiting for; the client goes on. */
  readonly onTrouble?: (error: Error) => void;
}

export interface ClientOptions extends Partial<BrokerAccess>, ClientHandlers {
  /** Tenant or environment everything of this client belongs to. Default `default`. */
  readonly namespace?: string;
  /** Keeps one registry apart from another on the same broker; the registry's own setting. */
  readonly prefix?: string;
  /** JetStream domain, when the broker is reached through a leaf node. */
  readonly domain?: string;
  /** Who acts, as the journal names it. Default `<service>/<instance>`. */
  readonly actor?: string;
  /**
   * Where heartbeats come from. `thread` (default): a thread and connections of their own, so that an event loop
   * that is held up is not taken for a death. `shared`: the thread and connection of everything else.
   */
  readonly heart?: HeartPlacement;
  /**
   * Environment variables the rules for address, port and instance id may look at: usually `process.env`.
   * Absent: none.
   */
  readonly env?: Environment;
  /** Told of every call: `callMetrics(register)` makes Prometheus metrics of it. */
  readonly metrics?: CallListener;
}
