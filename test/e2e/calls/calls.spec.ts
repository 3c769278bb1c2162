import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '#testkit';
import { dist } from '../fixtures/program.js';
import { callSteadily, openShop, type Shop, type Traffic } from '../fixtures/shop.js';
import { eventually } from '../../integration/client/registry.js';
import { startRegistry } from '../fixtures/registry-process.js';

const CALLS_PER_SECOND = 200;
/** How long the broker is away: as long as the promise says where there is time, else long enough to be noticed. */
const BROKER_AWAY_MS = process.env['LONG'] === '1' ? 60_000 : 8_000;

let broker: TestBroker;
let shop: Shop;
let traffic: Traffic;

beforeAll(async () => {
  broker = await startTestBroker();
  shop = await openShop(broker);
}, 60_000);
afterAll(async () => {
  await traffic?.stop();
  await shop?.stop();
  await broker?.stop();
});

/** Runs something while orders is called steadily and asks every payments process, and says what its users saw. */
async function under(run: () => Promise<void>, settleMs = 1_500) {
  traffic = callSteadily(shop.ordersUrl, CALLS_PER_SECOND);
  await eventually(() => isAskedOf(traffic, shop.payments.length), 'each payments process is asked');
  await run();
  await delay(settleMs);
  await traffic.stop();
  return traffic;
}

const quotedBy = ({ answers }: Traffic): Set<string> =>
  new Set(answers.map((answer) => answer.quote.instance));
const paidBy = ({ answers }: Traffic): Set<string> =>
  new Set(answers.map((answer) => answer.paidBy.instance));

/** An instance that was slow to begin with is left alone for a while: then killing it would show nothing. */
const isAskedOf = (seen: Traffic, count: number): boolean =>
  seen.count >= 100 && quotedBy(seen).size >= count && paidBy(seen).size >= count;

/** Orders asks payments twice for each of them: over HTTP, and by a Nest message over TCP. */
describe('users of orders, at 200 calls a second', () => {
  it('see no error when a payments process is killed', async () => {
    const seen = await under(async () => {
      await shop.payments.shift()?.kill('SIGKILL');
    });
    expect(seen.failures).toEqual([]);
    expect(seen.count).toBeGreaterThan(300);
    expect(quotedBy(seen).size).toBe(3);
  });

  it('are seen by an operator: who calls whom, how often and how well', async () => {
    const main = `${dist}apps/cli/src/main.js`;
    const asked = await promisify(execFile)(process.execPath, [main, 'graph'], { env: broker.env });
    expect(asked.stdout).toMatch(/CALLER +CALLS +RATE\/S[^]*\norders +payments +[\d.]+ +[\d.]+ % .* ms/);
  });

  it('see no error when a payments process hangs with its sockets open', async () => {
    const [hung] = shop.payments;
    const seen = await under(async () => {
      hung?.signal('SIGSTOP');
      await delay(4_000);
      hung?.signal('SIGCONT');
    });
    expect(seen.failures).toEqual([]);
    expect(quotedBy(seen).size).toBe(2);
  });

  it('see no error when all payments are restarted one after the other with a new version', async () => {
    const old = shop.payments.splice(0);
    const seen = await under(async () => {
      for (const program of old) {
        await shop.addPayments('2.0.0');
        await program.kill('SIGTERM');
      }
    });
    expect(seen.failures).toEqual([]);
    const last = new Set(seen.answers.slice(-100).map((answer) => answer.paidBy.instance));
    expect(last.size).toBeGreaterThan(0);
    expect(paidBy(seen).size).toBeGreaterThan(2);
    expect(quotedBy(seen).size).toBeGreaterThan(2);
  }, 60_000);

  it('see no error when the registry is restarted', async () => {
    const { failures } = await under(async () => {
      await shop.registry.kill('SIGKILL');
      await delay(1_000);
      const registry = startRegistry(broker);
      await registry.untilReady();
      Object.assign(shop, { registry });
    });
    expect(failures).toEqual([]);
  }, 60_000);

  it(
    'see no error while the broker is away, and are told that the answers are from the last known view',
    async () => {
      const seen = await under(async () => {
        await broker.kill('SIGKILL');
        await delay(BROKER_AWAY_MS);
        await broker.restart();
        await shop.registry.untilReady();
      }, 3_000);
      expect(seen.failures).toEqual([]);
      expect(seen.answers.some(({ isStale }) => isStale)).toBe(true);
      expect(seen.answers[0]?.isStale).toBe(false);
    },
    60_000 + BROKER_AWAY_MS,
  );
});
