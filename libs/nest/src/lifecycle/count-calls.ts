import type { Server, ServerResponse } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Vitals } from '#client';

/** Counts the requests the HTTP server of the app is serving, whatever adapter it has. */
export function countCalls(host: HttpAdapterHost, vitals: Vitals): void {
  const server = host.httpAdapter.getHttpServer() as Server;
  server.on('request', (_request: unknown, response: ServerResponse) => {
    response.once('close', vitals.callStarted());
  });
}
