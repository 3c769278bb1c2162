import { type EventType, eventTypes, type InstanceRecord, type NewEvent } from '#contracts';

/** Body and headers of one fixture event together come to about 900 bytes; the benchmarks print the exact size. */
export function fixtureRecord(index: number, instances: number, incarnation = 1): InstanceRecord {
  const number = index % instances;
  const service = `service-${String(number % 500).padStart(3, '0')}`;
  return {
    namespace: 'default',
    service,
    instance: `${service}-${number}`,
    incarnation,
    version: `1.${index % 20}.${index % 7}`,
    status: 'up',
    endpoints: [
      {
        name: 'http',
        protocol: 'http',
        address: `10.${number & 255}.${(number >> 8) & 255}.7`,
        port: 8080,
        path: '/',
      },
      {
        name: 'metrics',
        protocol: 'http',
        address: `10.${number & 255}.${(number >> 8) & 255}.7`,
        port: 9090,
      },
    ],
    zone: `zone-${number % 3}`,
    region: 'eu-central',
    weight: 100,
    tags: ['stable', `team-${number % 12}`],
    metadata: {
      commit: 'a1b2c3d4e5f6',
      image: `registry.example/${service}:1.${index % 20}`,
      owner: `team-${number % 12}`,
      dashboard: `https://boards.example/${service}`,
    },
    // Nobody beats for it, and a watchman must not take that for 100,000 deaths in the middle of a measurement.
    leaseMs: 0,
    startedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** Event number `index` of a history: every instance registers once, then they update in turn. */
export function fixtureEvent(index: number, instances: number): NewEvent<InstanceRecord> {
  const data = fixtureRecord(index, instances);
  const type: EventType = index < instances ? eventTypes.instanceRegistered : eventTypes.instanceUpdated;
  const { namespace, service, instance } = data;
  return {
    id: `018f3a9e-7b1c-7d2e-8f00-${index.toString(16).padStart(12, '0')}`,
    type,
    source: `/services/${service}/${instance}`,
    time: '2026-01-01T00:00:00.000Z',
    actor: `${service}-deployer`,
    aggregate: { kind: 'instance', namespace, service, instance },
    data,
  };
}
