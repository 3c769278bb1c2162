import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HttpFixture, openHttp } from './http-fixture.js';

let http: HttpFixture;
const services = '/v1/namespaces/default/services';
const discovery = '/v1/namespaces/default/prometheus-sd';

const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };

async function put(path: string, body: object): Promise<void> {
  const answer = await http.ask(path, { method: 'PUT', body: { version: '1.4.2', endpoints: [], ...body } });
  await http.ask(`${services}?atLeast=${String(answer.json()['sequence'])}`);
}

beforeAll(async () => {
  http = await openHttp();
  await put(`${services}/orders/instances/orders-1`, {
    endpoints: [
      { name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080 },
      { name: 'metrics', protocol: 'https', address: '2001:db8::7', port: 9090, path: '/internal/metrics' },
      { name: 'bus', protocol: 'nats', subject: 'orders' },
    ],
    zone: 'eu-1',
    tags: ['stable', 'eu'],
    metadata: { 'team.name': 'a' },
  });
  await put(`${services}/orders/instances/orders-2`, { status: 'draining' });
});
afterAll(() => http.close());

describe('service discovery for Prometheus', () => {
  it('keeps to the contract: a JSON list of targets and labels, all of them texts', async () => {
    const answer = await http.ask(discovery);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(answer.text)).toEqual([
      {
        targets: ['[2001:db8::7]:9090'],
        labels: {
          __metrics_path__: '/internal/metrics',
          __scheme__: 'https',
          __meta_rollcall_namespace: 'default',
          __meta_rollcall_service: 'orders',
          __meta_rollcall_instance: 'orders-1',
          __meta_rollcall_version: '1.4.2',
          __meta_rollcall_status: 'up',
          __meta_rollcall_zone: 'eu-1',
          __meta_rollcall_endpoint: 'metrics',
          __meta_rollcall_protocol: 'https',
          __meta_rollcall_tags: ',stable,eu,',
          __meta_rollcall_metadata_team_name: 'a',
        },
      },
    ]);
  });

  it.each([
    ['endpoint=*', ['10.0.0.7:8080', '[2001:db8::7]:9090']],
    ['endpoint=http', ['10.0.0.7:8080']],
    ['endpoint=http&zone=eu-2', []],
    ['service=payments', []],
  ])('asked with %s gives %j', async (question, targets) => {
    const groups = JSON.parse((await http.ask(`${discovery}?${question}`)).text) as { targets: string[] }[];
    expect(groups.flatMap((group) => group.targets)).toEqual(targets);
  });

  it('of a namespace nobody uses is an empty list, and of a wrong question a problem', async () => {
    expect((await http.ask('/v1/namespaces/nowhere/prometheus-sd')).text).toBe('[]');
    expect((await http.ask(`${discovery}?endpoint=a%20b`)).status).toBe(400);
    expect((await http.ask(`${discovery}?limit=1`)).status).toBe(400);
  });
});

describe('the metrics of the registry', () => {
  it('tell how many instances are in which status, and where the node stands', async () => {
    const { text, headers } = await http.ask('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'rollcall_instances{namespace="default",status="up"} 1',
      'rollcall_instances{namespace="default",status="draining"} 1',
      'rollcall_service_preferred_instances{namespace="default",service="orders"} 1',
      'rollcall_events_total{outcome="event",type="rollcall.instance.registered.v1"} 2',
      'rollcall_journal_sequence 2',
      'rollcall_projector_lag_events 0',
      'rollcall_projector_leading 1',
      'rollcall_quarantined_events 0',
      'rollcall_leases 0',
      'rollcall_watchers 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(
      /rollcall_http_request_seconds_count\{method="PUT",route="[^"]+:instance",status="201"\} 2/,
    );
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
  });

  it('forget what is gone', async () => {
    const answer = await http.ask(`${services}/orders/instances/orders-2`, { method: 'DELETE' });
    await http.ask(`${services}?atLeast=${String(answer.json()['sequence'])}`);
    expect((await http.ask('/metrics')).text).not.toContain('status="draining"');
  });

  it('count what had to be set aside', async () => {
    const { connection, store } = http.node.joined as NonNullable<typeof http.node.joined>;
    connection.publish(store.subjects.journal({ kind: 'instance', ...names }), 'rubbish');
    await connection.flush();
    await http.ask(`${services}?atLeast=4`);
    const { text } = await http.ask('/metrics');
    expect(text).toContain('rollcall_quarantined_events 1');
    expect(text).toContain('rollcall_events_total{outcome="rejected",type="none"} 1');
  });
});
