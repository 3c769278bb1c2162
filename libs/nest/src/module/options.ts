import type { ClientOptions, HttpCallerOptions, RegistrationHandlers, RegistrationInput } from '#client';

/** The endpoint that stands for the HTTP server of the app. */
export interface HttpEndpoint {
  /** Default `http`. */
  readonly name?: string;
  /** What callers speak; `https` also when something in front of the app ends TLS. Default `http`. */
  readonly protocol?: 'http' | 'https' | 'ws';
  /** Base path, such as a global prefix. */
  readonly path?: string;
}

export interface AppRegistration extends Omit<RegistrationInput, 'status' | 'reason'> {
  /** How others are told of the HTTP server, with the port it really listens on. False: not at all. */
  readonly http?: HttpEndpoint | false;
  /** What others are told instead of where the server listens; for NAT and mapped ports. */
  readonly advertise?: { readonly address?: string; readonly port?: number };
  /**
   * `listening`: up as soon as the HTTP server listens (an app without one: as soon as it is bootstrapped).
   * `manual`: when the app calls `RollcallLifecycle.up()`.
   */
  readonly upWhen?: 'listening' | 'manual';
}

export interface RollcallModuleOptions extends ClientOptions, RegistrationHandlers {
  /** What this app says of itself. Absent: it is not registered, and only looks others up. */
  readonly register?: AppRegistration;
  /** How services are called, by name; what `@InjectService` says itself comes before it. */
  readonly services?: Readonly<Record<string, HttpCallerOptions>>;
  /** How long callers have, at shutdown, to hear of it once the view shows `draining`. Default 1,000. */
  readonly drainMs?: number;
  /** Draining takes no longer than this, requests that are still being served included. Default 10,000. */
  readonly drainTimeoutMs?: number;
}
