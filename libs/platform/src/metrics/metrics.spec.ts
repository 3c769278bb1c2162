import { setImmediate as tick } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { MetricSources, Standing } from './metric-sources.js';
import { openMetrics } from './metrics.js';

const standing: Standing = {
  position: 7,
  journalEnd: 9,
  staleMs: 12,
  isLeading: true,
  quarantined: 1,
  leases: 3,
};
const sources: MetricSources = {
  instances: () => [],
  preferred: () => [],
  standing: () => Promise.resolve(standing),
  watchers: () => 0,
};

/** A full collection. */
const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

async function linesOf(given: Partial<MetricSources> = {}): Promise<string[]> {
  return (await (await openMetrics({ ...sources, ...given })).text()).split('\n');
}

describe('the metrics of a node', () => {
  it('are read from where it stands at the moment somebody asks', async () => {
    const lines = await linesOf();
    expect(lines).toContain('rollcall_projector_lag_events 2');
    expect(lines).toContain('rollcall_projector_lag_ms 12');
    expect(lines).toContain('rollcall_leases 3');
  });

  it('leave out what is not known, instead of saying zero', async () => {
    const lines = await linesOf({ standing: () => Promise.resolve(undefined) });
    expect(lines.filter((line) => line.startsWith('rollcall_leases'))).toEqual([]);
    expect(lines).toContain('rollcall_watchers 0');
  });

  it('tell what the heap held after the last full collection', async () => {
    const metrics = await openMetrics(sources);
    const told = async (): Promise<string | undefined> =>
      (await metrics.text()).split('\n').find((line) => line.startsWith('rollcall_heap_live_bytes '));
    /** The figure once it is told anew: the event loop goes round a few times before. */
    const collected = async (): Promise<number> => {
      const before = await told();
      collect();
      let line = before;
      for (; line === before; line = await told()) await tick();
      return Number(line?.split(' ')[1]);
    };
    await collected();
    const held = Array.from({ length: 500_000 }, (_, index) => ({ index }));
    const full = await collected();
    held.length = 0;
    // An object of one field has at least 20 bytes.
    expect(full - (await collected())).toBeGreaterThan(10_000_000);
  });

  it('belong to one node: two in a process count apart', async () => {
    const [first, second] = [await openMetrics(sources), await openMetrics(sources)];
    first.onFolded('event', 'some.type.v1');
    expect(await first.text()).toContain('rollcall_events_total{outcome="event",type="some.type.v1"} 1');
    expect(await second.text()).not.toContain('some.type.v1');
  });

  it('forget a service that is gone', async () => {
    let services = ['a', 'b'];
    const metrics = await openMetrics({
      ...sources,
      preferred: () => services.map((service) => ({ namespace: 'default', service, count: 1 })),
    });
    expect(await metrics.text()).toContain('service="b"');
    services = ['a'];
    expect(await metrics.text()).not.toContain('service="b"');
  });

  it('count requests by route and duration, and DNS messages by code', async () => {
    const metrics = await openMetrics(sources);
    for (const seconds of [0.0004, 0.02, 90])
      metrics.onAnswered({ method: 'GET', route: '/v1/x/:y', status: 200, seconds });
    metrics.onDnsAnswered('udp', 'NXDOMAIN');
    const lines = (await metrics.text()).split('\n');
    const labels = 'method="GET",route="/v1/x/:y",status="200"';
    expect(lines).toContain(`rollcall_http_request_seconds_bucket{le="0.0005",${labels}} 1`);
    expect(lines).toContain(`rollcall_http_request_seconds_bucket{le="+Inf",${labels}} 3`);
    expect(lines).toContain(`rollcall_http_request_seconds_count{${labels}} 3`);
    expect(lines).toContain('rollcall_dns_messages_total{transport="udp",rcode="NXDOMAIN"} 1');
  });
});
