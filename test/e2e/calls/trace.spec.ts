import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { request } from 'undici';
import { startTestBroker, type TestBroker } from '#testkit';
import { dist } from '../fixtures/program.js';
import { openShop, type Shop } from '../fixtures/shop.js';
import type { SeenSpan } from '../fixtures/spans.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const USER = 'b7ad6b7169203331';
const SPANS = 5;

let broker: TestBroker;
let shop: Shop;

beforeAll(async () => {
  broker = await startTestBroker();
  shop = await openShop(broker, 1, { NODE_OPTIONS: `--import ${dist}test/e2e/fixtures/traced.js` });
}, 60_000);
afterAll(async () => {
  await shop?.stop();
  await broker?.stop();
});

/** The spans of the trace, from both processes, once they are all there. */
function spansOfTrace(): Promise<SeenSpan[]> {
  return new Promise((resolve) => {
    const spans: SeenSpan[] = [];
    const hear = (message: unknown): void => {
      const span = message as SeenSpan;
      if (span.traceId === TRACE) spans.push(span);
      if (spans.length === SPANS) resolve(spans);
    };
    for (const program of [shop.orders, ...shop.payments]) program.onMessage(hear);
  });
}

describe('a request through orders to payments', () => {
  it('is one trace over HTTP and a message, each span a child of the one that asked', async () => {
    const told = spansOfTrace();
    const { statusCode, body } = await request(shop.ordersUrl, {
      headers: { traceparent: `00-${TRACE}-${USER}-01` },
    });
    await body.dump();
    expect(statusCode).toBe(200);
    const spans = await told;
    const below = (parentId: string | undefined) =>
      spans.filter((span) => span.parentId === parentId).map(({ spanId, kind }) => ({ spanId, kind }));

    const [order, ...more] = below(USER);
    expect([order?.kind, more]).toEqual([SpanKind.SERVER, []]);
    const asked = below(order?.spanId);
    expect(asked.map(({ kind }) => kind)).toEqual([SpanKind.CLIENT, SpanKind.CLIENT]);
    for (const { spanId } of asked) expect(below(spanId)).toMatchObject([{ kind: SpanKind.SERVER }]);
  });
});
