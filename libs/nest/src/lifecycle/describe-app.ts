import type { Endpoint } from '#contracts';
import { chooseAddress, choosePort, type EndpointInput, type Environment } from '#client';
import type { AppRegistration } from '../module/options.js';

/** Where the HTTP server listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

export interface AppFacts {
  readonly listening?: Listening | undefined;
  readonly env?: Environment | undefined;
}

/**
 * The endpoints an app tells of: those it names, and its HTTP server once the port is known. An address nobody
 * knows yet (the server listens on every interface) is left to the client, which sees the way to the broker.
 */
export function describeApp(app: AppRegistration, facts: AppFacts): EndpointInput[] {
  const named = [...(app.endpoints ?? [])];
  const http = httpEndpoint(app, facts);
  if (http === undefined || named.some(({ name }) => name === http.name)) return named;
  return [http, ...named];
}

function httpEndpoint(
  { http, advertise }: AppRegistration,
  { listening, env }: AppFacts,
): Endpoint | undefined {
  if (http === false || listening === undefined) return undefined;
  const port = choosePort({ explicit: advertise, env, listening });
  const { address, rule } = chooseAddress({ explicit: advertise, env, listening });
  const { name = 'http', protocol = 'http', path } = http ?? {};
  return {
    name,
    protocol,
    ...(port === undefined ? {} : { port }),
    ...(rule === 'loopback' ? {} : { address }),
    ...(path === undefined ? {} : { path }),
  };
}
