import { request as httpRequest } from 'node:http';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Reader, silentLog } from '#application';
import { HttpAdapter, HttpModule, type HttpOptions, type HttpParts } from '#http';
import { Readiness, readSettings } from '#platform';
import { addNodeChecks, nodeMetrics, RegistryNode } from '#server';
import { startTestBroker, type TestBroker } from '#testkit';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json(): Record<string, unknown>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The HTTP API in this process, over a real broker. */
export interface HttpFixture {
  readonly broker: TestBroker;
  readonly node: RegistryNode;
  readonly port: number;
  /** Every route, such as `GET /healthz`. */
  readonly routes: readonly string[];
  /** What the log was told as errors. */
  readonly errors: { readonly text: string; readonly facts: Readonly<Record<string, unknown>> }[];
  /** What the log was told as warnings. */
  readonly warnings: readonly string[];
  ask(path: string, ask?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

/** Long enough for a view that is alive. */
export const AT_LEAST_WAIT_MS = 1_500;

export async function openHttp(options: Partial<HttpOptions> = {}): Promise<HttpFixture> {
  const broker = await startTestBroker();
  const { settings } = readSettings(broker.env);
  const errors: HttpFixture['errors'] = [];
  const warnings: string[] = [];
  const log = {
    ...silentLog,
    error: (text: string, facts = {}) => void errors.push({ text, facts }),
    warn: (text: string) => void warnings.push(text),
  };
  const metrics = await nodeMetrics(() => node);
  const node: RegistryNode = new RegistryNode({
    name: 'test',
    settings,
    log,
    answers: true,
    onFolded: metrics.onFolded,
  });
  const readiness = new Readiness();
  addNodeChecks(readiness, node);
  await node.join();
  const reader = options.reader ?? new Reader(() => node.view, AT_LEAST_WAIT_MS);
  const parts: HttpParts = {
    reader,
    readiness,
    metrics,
    log,
    version: '0.0.0',
    writer: () => node.writers().registrar,
    bulk: () => node.writers().bulk,
    operator: () => node.writers().operator,
    renewer: () => node.writers().renewer,
    config: () => node.writers().config,
    undo: () => node.writers().undo,
    rollout: (at) => node.rollout(at),
    watching: () => node.watching(),
    callGraph: (namespace) => node.callGraph(namespace),
    history: () => node.history(),
    story: (names) => node.story(names),
  };
  const adapter = new HttpAdapter({
    log,
    listenHost: '127.0.0.1',
    hosts: [],
    onAnswered: metrics.onAnswered,
    ...options,
    reader,
  });
  const module = await Test.createTestingModule({ imports: [HttpModule.register(parts)] }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(adapter, {
    bodyParser: false,
    logger: false,
  });
  app.useGlobalFilters(adapter.problems);
  await app.listen(0, '127.0.0.1');
  const port = Number(new URL(await app.getUrl()).port);
  return {
    broker,
    node,
    port,
    routes: adapter.routes.list(),
    errors,
    warnings,
    ask: (path, ask) => send(port, path, ask),
    close: async () => {
      await app.close();
      await node.stop();
      await broker.stop();
    },
  };
}

/** `fetch` would not let us send a Host of our own, or a path with tricks in it. */
function send(port: number, path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  const bytes = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
  const type = bytes === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers: { ...type, ...headers } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as Record<string, unknown>,
        }),
      );
    });
    sent.end(bytes);
  });
}
