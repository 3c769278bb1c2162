import { createSocket } from 'node:dgram';
import dnsPacket from 'dns-packet';
import { Pool } from 'undici';

const CONNECTIONS = 64;
const ANSWER_MS_MAX = 5_000;

/** Looks up the instances of a service somewhere else than in memory. */
export interface Lookups {
  readonly lookup: (service: string) => Promise<number>;
  close(): Promise<void>;
}

/** Over HTTP, one question at a time on each connection; the records are parsed, as a caller would. */
export function openHttpLookups(url: string): Lookups {
  const pool = new Pool(url, { connections: CONNECTIONS });
  return {
    lookup: async (service) => {
      const path = `/v1/namespaces/default/services/${service}/instances`;
      const { body } = await pool.request({ method: 'GET', path });
      return ((await body.json()) as { instances: unknown[] }).instances.length;
    },
    close: () => pool.close(),
  };
}

/** Over DNS, all questions on one socket; the addresses are parsed, as a caller would. */
export async function openDnsLookups(port: number): Promise<Lookups> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
  const waiting = new Map<number, (addresses: number) => void>();
  socket.on('message', (bytes) => {
    const { id = 0, answers = [] } = dnsPacket.decode(bytes);
    waiting.get(id)?.(answers.length);
    waiting.delete(id);
  });
  let last = 0;
  return {
    lookup: (service) =>
      new Promise((resolve, reject) => {
        const id = (last = (last + 1) % 65_536);
        const late = setTimeout(() => reject(new Error('the DNS server did not answer')), ANSWER_MS_MAX);
        waiting.set(id, (addresses) => {
          clearTimeout(late);
          resolve(addresses);
        });
        socket.send(questionOf(id, service));
      }),
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
}

function questionOf(id: number, service: string): Buffer {
  const opt = { type: 'OPT', name: '.', udpPayloadSize: 1_232, flags: 0 };
  return dnsPacket.encode({
    type: 'query',
    id,
    questions: [{ name: `${service}.default.service.rollcall`, type: 'A' }],
    additionals: [opt as never],
  });
}
