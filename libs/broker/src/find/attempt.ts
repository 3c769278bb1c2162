import type { ServerBinary } from './binary-version.js';

/** One way of getting a nats-server, and either what it gave or why it gave nothing. */
export type Attempt = { readonly way: string } & (
  { readonly binary: ServerBinary } | { readonly reason: string }
);

export function gave(way: string, binary: ServerBinary): Attempt {
  return { way, binary };
}

export function failed(way: string, reason: string): Attempt {
  return { way, reason };
}
