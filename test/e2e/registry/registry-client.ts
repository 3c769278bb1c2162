import { setTimeout as delay } from 'node:timers/promises';
import { runMain, type RunningMain } from './run-main.js';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** The registry as it ships, as a process, with what a test asks of it. Always stop() it. */
export interface RegistryClient extends RunningMain {
  readonly url: string;
  get(path: string): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Resolves with the answer of GET /readyz as soon as it has this status. */
  readiness(status: 200 | 503, matching?: RegExp): Promise<string>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;
const POLL_MS = 25;

export async function startRegistry(env: Readonly<Record<string, string>>): Promise<RegistryClient> {
  const main = runMain('apps/registry/src/main.js', {
    ROLLCALL_HTTP_PORT: '0',
    ROLLCALL_DNS_PORT: '0',
    ROLLCALL_LOG: 'json',
    ...env,
  });
  const { url } = JSON.parse(await main.line(/"message":"listening"/)) as { url: string };
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(PATIENCE_MS), ...init });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer['body'],
    };
  };
  return {
    ...main,
    url,
    get: (path) => ask(path),
    put: (path, body, headers = {}) =>
      ask(path, {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    readiness: (status, matching = /./) => untilReadiness(ask, status, matching),
    stop: async () => {
      main.child.kill('SIGKILL');
      await main.ended;
    },
  };
}

async function untilReadiness(
  ask: (path: string) => Promise<Answer>,
  status: number,
  matching: RegExp,
): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask('/readyz');
    const text = JSON.stringify(answer.body);
    if (answer.status === status && matching.test(text)) return text;
    if (performance.now() > deadline) throw new Error(`GET /readyz says ${answer.status} ${text}`);
    await delay(POLL_MS);
  }
}

export const instancePath = (service: string, instance: string): string =>
  `/v1/namespaces/default/services/${service}/instances/${instance}`;

export const someRecord = {
  version: '1.0.0',
  endpoints: [{ name: 'http', protocol: 'http', address: '127.0.0.1', port: 8080 }],
};
