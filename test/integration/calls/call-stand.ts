import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { callMetrics, type RegistrationInput, type RollcallClient } from '#client';
import { startTestRegistry, type TestRegistry } from '../client/registry.js';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service with a server for each of its instances, which are called a, b, c. */
export interface Served {
  readonly service: string;
  readonly servers: readonly Server[];
}

/** A caller whose calls are counted in `metrics`, and services for it to call. */
export interface CallStand {
  readonly registry: TestRegistry;
  readonly provider: RollcallClient;
  readonly caller: RollcallClient;
  readonly metrics: Registry;
  listen(handler: Handler): Promise<Server>;
  /** Of a name of its own, so that no test meets the instances of another. */
  serve(...handlers: Handler[]): Promise<Served>;
  /** The same, with something in the record of each. */
  serveWith(records: readonly Partial<RegistrationInput>[], ...handlers: Handler[]): Promise<Served>;
  /** Ends the servers of a test. */
  clear(): void;
  stop(): Promise<void>;
}

export async function openCallStand(): Promise<CallStand> {
  const registry = await startTestRegistry();
  const metrics = new Registry();
  const provider = await registry.client();
  const caller = await registry.client({ metrics: callMetrics(metrics) });
  const servers: Server[] = [];
  let count = 0;
  const listen = async (handler: Handler): Promise<Server> => {
    const server = createServer(handler);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  };
  const serveWith = async (
    records: readonly Partial<RegistrationInput>[],
    ...handlers: Handler[]
  ): Promise<Served> => {
    const service = `service-${(count += 1)}`;
    const started: Server[] = [];
    let sequence = 0;
    for (const [index, handler] of handlers.entries()) {
      const server = await listen(handler);
      started.push(server);
      const endpoint = {
        name: 'http',
        protocol: 'http' as const,
        address: '127.0.0.1',
        port: portOf(server),
      };
      const instance = 'abcdef'.charAt(index);
      const record = { service, instance, version: '1.0.0', endpoints: [endpoint], ...records[index] };
      ({ sequence } = await provider.register(record));
    }
    await caller.service(service).ready();
    await caller.reached(sequence);
    return { service, servers: started };
  };
  return {
    registry,
    provider,
    caller,
    metrics,
    listen,
    serveWith,
    serve: (...handlers) => serveWith([], ...handlers),
    clear: () => {
      for (const server of servers.splice(0)) {
        server.closeAllConnections();
        server.close();
      }
    },
    stop: () => registry.stop(),
  };
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export const hello: Handler = (_request, response) => void response.end('{"hello":"world"}');
export const busy: Handler = (_request, response) => void response.writeHead(503).end('busy');
export const sleepy =
  (ms: number): Handler =>
  (_request, response) =>
    void setTimeout(() => response.end('late'), ms).unref();
