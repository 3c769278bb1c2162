import type { Endpoint } from '#contracts';

/** An address of an endpoint, with its port when only that one is meant. */
export interface WantedAddress {
  readonly host: string;
  readonly port?: number;
}

/** `10.0.0.7`, `10.0.0.7:8080`, `orders.internal:80`, `::1` or `[::1]:8080`; undefined when it is none of them. */
export function parseAddress(text: string): WantedAddress | undefined {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed !== null) return wanted(bracketed[1], bracketed[2]);
  if (/^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text)) return wanted(text, undefined);
  const named = /^([A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text);
  return named === null ? undefined : wanted(named[1], named[2]);
}

function wanted(host = '', port: string | undefined): WantedAddress | undefined {
  if (port === undefined) return { host: host.toLowerCase() };
  const number = Number(port);
  return number >= 1 && number <= 65_535 ? { host: host.toLowerCase(), port: number } : undefined;
}

/** Addresses are compared as they are written, without regard to case: no names are looked up. */
export function isAddressOf({ address, port }: Endpoint, wanted: WantedAddress): boolean {
  return address?.toLowerCase() === wanted.host && (wanted.port === undefined || wanted.port === port);
}
