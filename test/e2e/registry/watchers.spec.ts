import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '#testkit';
import { type Audience, startAudience } from '../fixtures/audience-process.js';
import { type Changes, startChanges } from '../fixtures/changes.js';
import { type RegistryProcess, startRegistry } from '../fixtures/registry-process.js';

const WATCH = '/v1/namespaces/default/watch';
const services = Array.from({ length: 50 }, (_, index) => `service-${index}`);
const pathOf = (service: string): string => `${WATCH}?service=${service}`;

let broker: TestBroker;
let registry: RegistryProcess;
let changes: Changes;
let port: number;
const audiences: Audience[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  registry = startRegistry(broker);
  const [, url = ''] = await registry.saw(/"url":"(http:[^"]+)"/);
  port = Number(new URL(url).port);
  await registry.untilReady();
  changes = await startChanges(broker, services);
  // What is told as news must not be what was there before.
  await fetch(`${url}/v1/namespaces?atLeast=${changes.lastSequence}`);
});
afterAll(async () => {
  await Promise.all(audiences.map((audience) => audience.kill()));
  await changes?.close();
  await registry?.kill();
  await broker?.stop();
});

async function seated(groups: { path: string; count: number }[]): Promise<Audience> {
  const audience = await startAudience({ port, groups });
  audiences.push(audience);
  return audience;
}

// The whole crowd, 5,000 and 1,000, is test/bench/sse.bench.ts.
describe('many who watch one registry over server-sent events', () => {
  it('each on one of 50 services, hear every change of it once, at 100 changes a second', async () => {
    const audience = await seated(services.map((service) => ({ path: pathOf(service), count: 10 })));
    const written = await changes.write(500, 100);
    const expected = Object.fromEntries(
      Object.entries(written).map(([service, sequences]) => [pathOf(service), sequences]),
    );
    expect(await audience.report(expected)).toMatchObject({
      watchers: 500,
      deliveries: 5_000,
      missing: 0,
      repeated: 0,
      gaps: 0,
      closed: 0,
    });
    await audience.kill();
  });

  it('each of everything, hear every change once, at 5 changes a second', async () => {
    const audience = await seated([{ path: WATCH, count: 200 }]);
    const written = await changes.write(25, 5);
    expect(await audience.report({ [WATCH]: Object.values(written).flat() })).toMatchObject({
      watchers: 200,
      deliveries: 5_000,
      missing: 0,
      repeated: 0,
      gaps: 0,
      closed: 0,
    });
  });
});
