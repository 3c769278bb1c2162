import { quote, RollcallError } from '#contracts';

export interface RequestPlace {
  /** The Host header. */
  readonly host: string | undefined;
  /** The Origin header, which browsers send. */
  readonly origin: string | undefined;
  /** The address of this machine the request came in by. */
  readonly localAddress: string | undefined;
}

export interface AllowedHosts {
  /** The address we listen on. */
  readonly listenHost: string;
  /** `host` or `host:port`, as an operator listed them. */
  readonly hosts: readonly string[];
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Everywhere: nobody is called by this name. */
const wildcards = new Set(['0.0.0.0', '::']);

/**
 * Refuses requests that a web page could have caused a browser to make. A page can make its own DNS name point to
 * this machine ("DNS rebinding") and would then be of the same origin as the registry: only the Host header still
 * tells that name. An IP address is no such name, so that of this machine may be used.
 * @throws ROLLCALL_ORIGIN_FORBIDDEN
 */
export function checkPlace(place: RequestPlace, allowed: AllowedHosts): void {
  const host = place.host?.toLowerCase() ?? '';
  if (!isAllowedHost(host, place.localAddress, allowed)) {
    throw new RollcallError(
      'ROLLCALL_ORIGIN_FORBIDDEN',
      `the Host ${quote(place.host ?? '')} is not one of ours`,
    );
  }
  if (place.origin === undefined || isSameOrigin(place.origin, host)) return;
  if (!isListed(authorityOf(place.origin), allowed.hosts)) {
    throw new RollcallError(
      'ROLLCALL_ORIGIN_FORBIDDEN',
      `the Origin ${quote(place.origin)} is not one of ours`,
    );
  }
}

function isAllowedHost(host: string, localAddress: string | undefined, allowed: AllowedHosts): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  if (loopback.has(name) || isListed(host, allowed.hosts)) return true;
  if (!wildcards.has(allowed.listenHost) && name === bracketed(allowed.listenHost.toLowerCase())) return true;
  return localAddress !== undefined && name === bracketed(localAddress.replace(/^::ffff:(?=\d+\.)/, ''));
}

/** The host without its port; undefined when the header is not a host at all. */
function nameOf(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host)?.[1];
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function isListed(host: string | undefined, hosts: readonly string[]): boolean {
  if (host === undefined) return false;
  const name = nameOf(host);
  return hosts.some((listed) => listed.toLowerCase() === host || listed.toLowerCase() === name);
}

function isSameOrigin(origin: string, host: string): boolean {
  return authorityOf(origin) === host;
}

/** `http://a:1` -> `a:1`; undefined for `null` and other things that are no web origin. */
function authorityOf(origin: string): string | undefined {
  return /^https?:\/\/([^/?#]+)$/.exec(origin.toLowerCase())?.[1];
}
