import { fixtureRecord } from '../fixtures.js';
import { abreast, numbers } from './abreast.js';
import { type EtcdClient, startEtcdServer } from './etcd-server.js';
import { LEASE_TTL_MS, type LeaseSystem } from './lease-system.js';
import { type Later, opening } from './opening.js';
import { encodeFields, fieldsOf } from './protobuf.js';

const IN_FLIGHT = 64;
/** The most operations of one transaction. */
const PUTS = 128;

/** etcd's leases: one a record, renewed over one keep-alive stream as its own client does. */
export const startEtcdLeases = (leases: number): Promise<LeaseSystem> =>
  opening((later) => openEtcdLeases(leases, later));

async function openEtcdLeases(leases: number, later: Later): Promise<Omit<LeaseSystem, 'stop'>> {
  const server = await startEtcdServer();
  later(() => server.stop());
  const client = server.open();
  await grant(client, leases);
  return {
    name: `etcd ${server.version}`,
    durability: 'a renewal is in the memory of the leader and nowhere else',
    how: 'a lease and a key for each instance, renewed over one keep-alive stream of gRPC',
    servers: [server.pid],
    renew: keepAlive(client),
  };
}

/** Numbers of leases begin at 1: 0 asks the server to choose one. */
const idOf = (lease: number): number => lease + 1;

async function grant(client: EtcdClient, leases: number): Promise<void> {
  await abreast(numbers(leases), IN_FLIGHT, (lease) =>
    client.call(
      'Lease/LeaseGrant',
      encodeFields([
        [1, LEASE_TTL_MS / 1_000],
        [2, idOf(lease)],
      ]),
    ),
  );
  for (let start = 0; start < leases; start += PUTS) {
    const puts = numbers(Math.min(PUTS, leases - start)).map((offset) => putOf(start + offset, leases));
    await client.call('KV/Txn', encodeFields(puts.map((put) => [2, encodeFields([[2, put]])] as const)));
  }
}

function putOf(lease: number, leases: number): Buffer {
  const record = fixtureRecord(lease, leases);
  return encodeFields([
    [1, `/services/${record.service}/${record.instance}`],
    [2, JSON.stringify(record)],
    [3, idOf(lease)],
  ]);
}

/** Answers come in the order of the questions. @throws when a lease is no more */
function keepAlive(client: EtcdClient): (lease: number) => Promise<void> {
  const stream = client.stream('Lease/LeaseKeepAlive');
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  stream.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  stream.on('data', (answer: Buffer) => {
    const asked = waiting.shift();
    const [, ttl = 0] = [...fieldsOf(answer)].find(([field]) => field === 3) ?? [];
    if (ttl === 0) asked?.reject(new Error('etcd has let a lease expire'));
    else asked?.resolve();
  });
  return (lease) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      stream.write(encodeFields([[1, idOf(lease)]]));
    });
}
