import type { NatsConnection } from '@nats-io/nats-core';
import { NOISE } from './stand.js';

const BURST = 40;
const BURST_EVERY_MS = 20;
const PADDING = 'x'.repeat(2_000);

/** Changes of a service that does not exist, 2,000 a second and 2 kB each, to everybody who watches all. */
export function startFeed(connection: NatsConnection): { stop(): number } {
  let sent = 0;
  const timer = setInterval(() => {
    for (let left = BURST; left > 0; left -= 1) {
      sent += 1;
      const record = {
        namespace: 'default',
        service: NOISE,
        instance: `n${sent % 50}`,
        metadata: { PADDING },
      };
      const change = {
        change: 'updated',
        sequence: 1,
        at: new Date().toISOString(),
        cause: {},
        changed: [],
        record,
      };
      connection.publish(`discovery.v1.default.instance.${NOISE}.n${sent % 50}`, JSON.stringify(change));
    }
  }, BURST_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return sent;
    },
  };
}
