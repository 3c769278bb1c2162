import type { AddressInfo, Server } from 'node:net';
import type { HttpAdapterHost } from '@nestjs/core';

/** Host and port the HTTP server really listens on, `listen(0)` included; undefined for a Unix socket. */
export function listeningOn(
  host: HttpAdapterHost,
): { readonly host: string; readonly port: number } | undefined {
  const server = host.httpAdapter.getHttpServer() as Server;
  const found: AddressInfo | string | null = server.address();
  return found === null || typeof found === 'string' ? undefined : { host: found.address, port: found.port };
}
