import { describe, expect, it } from '@jest/globals';
import dnsPacket, { type Answer as PacketAnswer, type DecodedPacket, type Packet } from 'dns-packet';
import fc from 'fast-check';
import type { InstanceView } from '#contracts';
import { ViewTable } from '#domain';
import { tableSource } from '../source.js';
import { respond } from './respond.js';

const up: InstanceView = {
  namespace: 'default',
  service: 'payments',
  instance: 'payments-1',
  incarnation: 1,
  version: '1.4.2',
  status: 'up',
  endpoints: [{ name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080 }],
  zone: 'eu-1',
  weight: 100,
  tags: ['Canary'],
  metadata: { team: 'a' },
  leaseMs: 0,
  registeredSequence: 1,
  registeredAt: '2026-01-01T00:00:00.000Z',
  revision: 1,
};

function zoneOf(views: readonly InstanceView[], position = 2 ** 32 + 5) {
  const table = new ViewTable();
  for (const [index, record] of views.entries()) {
    const key = `${record.namespace}.instance.${record.service}.${record.instance}`;
    table.put(key, { sequence: index + 1, at: up.registeredAt, cause: { id: 'x', type: 'x' }, record });
  }
  const options = { zone: 'rollcall', ttlSeconds: 1, negativeTtlSeconds: 2, serverAddress: '127.0.0.1' };
  return { source: tableSource(() => ({ table, position })), options, chance: () => 0.5 };
}

type Asking = Partial<Packet> & { readonly udpBytes?: number; readonly transport?: 'udp' | 'tcp' };

const several = Array.from({ length: 60 }, (_, index): InstanceView => {
  const endpoint = { name: 'http', protocol: 'http', address: `10.0.1.${index}`, port: 8080 } as const;
  return { ...up, instance: `payments-${index}`, endpoints: [endpoint] };
});

function ednsOf(udpBytes: number): PacketAnswer {
  const fields = { flags: 0, ednsVersion: 0, extendedRcode: 0, flag_do: false, options: [] };
  return { type: 'OPT', name: '.', udpPayloadSize: udpBytes, ...fields };
}

function askBytes(name: string, type: string, asking: Asking = {}): Buffer {
  const { udpBytes, flags = dnsPacket.RECURSION_DESIRED } = asking;
  return dnsPacket.encode({
    type: 'query',
    id: 4711,
    flags,
    questions: asking.questions ?? [{ name, type: type as 'A' }],
    additionals: asking.additionals ?? (udpBytes === undefined ? [] : [ednsOf(udpBytes)]),
  });
}

function ask(
  views: readonly InstanceView[],
  name: string,
  type: string,
  asking: Asking = {},
): DecodedPacket & { rcode: string } {
  const response = respond(askBytes(name, type, asking), asking.transport ?? 'udp', zoneOf(views), 1_232);
  return dnsPacket.decode(response?.bytes ?? Buffer.alloc(0)) as DecodedPacket & { rcode: string };
}

const dataOf = (records: readonly PacketAnswer[] = []): unknown[] =>
  records.map((record) => (record as { data?: unknown }).data);

describe('a question', () => {
  it('for addresses is answered with those of the routable instances, each once', () => {
    const views = [
      up,
      { ...up, instance: 'payments-2' },
      {
        ...up,
        instance: 'payments-3',
        status: 'suspect' as const,
        endpoints: [{ ...up.endpoints[0], address: '10.0.0.9' } as never],
      },
      {
        ...up,
        instance: 'payments-4',
        endpoints: [{ name: 'six', protocol: 'grpc' as const, address: '2001:db8::7', port: 1 }],
      },
    ];
    expect(dataOf(ask(views, 'payments.default.service.rollcall', 'A').answers)).toEqual(['10.0.0.7']);
    expect(dataOf(ask(views, 'payments.default.service.rollcall', 'AAAA').answers)).toEqual(['2001:db8::7']);
    expect(dataOf(ask([views[2] as InstanceView], 'payments.default.service.rollcall', 'A').answers)).toEqual(
      ['10.0.0.9'],
    );
  });

  it('is answered authoritatively, with the id and the flags it came with, and in its own letters', () => {
    const packet = ask([up], 'PaYmEnTs.DeFaUlT.service.ROLLCALL', 'A');
    expect(packet).toMatchObject({
      id: 4711,
      flag_qr: true,
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
      rcode: 'NOERROR',
    });
    expect(packet.questions?.[0]?.name).toBe('PaYmEnTs.DeFaUlT.service.ROLLCALL');
    expect(packet.answers?.[0]).toMatchObject({ name: 'PaYmEnTs.DeFaUlT.service.ROLLCALL', ttl: 1 });
  });

  it('for SRV is answered with port, weight and target, and the addresses of the targets beside', () => {
    const packet = ask([up], '_http._tcp.payments.default.service.rollcall', 'SRV');
    const target = 'payments-1.payments.default.instance.rollcall';
    expect(dataOf(packet.answers)).toEqual([{ priority: 0, weight: 100, port: 8080, target }]);
    expect(packet.additionals).toEqual([
      expect.objectContaining({ type: 'A', name: target, data: '10.0.0.7' }),
    ]);
    expect(dataOf(ask([up], target, 'A').answers)).toEqual(['10.0.0.7']);
  });

  it('for SRV finds endpoints by name, else by protocol, and nobody who is reached otherwise', () => {
    const view: InstanceView = {
      ...up,
      endpoints: [
        { name: 'public', protocol: 'http', address: '10.0.0.7', port: 1 },
        { name: 'metrics', protocol: 'http', address: '10.0.0.7', port: 2 },
        { name: 'dns', protocol: 'udp', address: '10.0.0.7', port: 3 },
        { name: 'bus', protocol: 'nats', subject: 'payments' },
      ],
    };
    const ports = (name: string): unknown[] =>
      dataOf(ask([view], `${name}payments.default.service.rollcall`, 'SRV').answers).map(
        (data) => (data as { port: number }).port,
      );
    expect(ports('_metrics._tcp.')).toEqual([2]);
    expect(ports('_http._tcp.')).toEqual([1, 2]);
    expect(ports('_dns._udp.')).toEqual([3]);
    expect(ports('_dns._tcp.')).toEqual([]);
    expect(ports('')).toEqual([1, 2, 3]);
  });

  it('for SRV names the address itself where an instance has several, and a host by its own name', () => {
    const endpoint = { name: 'http', protocol: 'http', address: '10.0.0.7', port: 8080 } as const;
    const six = { ...endpoint, name: 'six', address: '2001:db8::7' };
    const hosted = { ...endpoint, name: 'host', address: 'Payments.internal' };
    const packet = ask(
      [{ ...up, endpoints: [endpoint, six, hosted] }],
      'payments.default.service.rollcall',
      'SRV',
    );
    const targets = dataOf(packet.answers).map((data) => (data as { target: string }).target);
    expect(targets).toEqual([
      '0a000007.addr.rollcall',
      '20010db8000000000000000000000007.addr.rollcall',
      'Payments.internal',
    ]);
    expect(dataOf(packet.additionals)).toEqual(['10.0.0.7', '2001:db8::7']);
    expect(dataOf(ask([], '20010db8000000000000000000000007.addr.rollcall', 'AAAA').answers)).toEqual([
      '2001:db8::7',
    ]);
  });

  it('for TXT is answered with what is known of each instance', () => {
    const strings = (dataOf(ask([up], 'payments.default.service.rollcall', 'TXT').answers) as Buffer[][])[0];
    expect(strings?.map(String)).toEqual([
      '_instance=payments-1',
      '_version=1.4.2',
      '_zone=eu-1',
      '_tag=Canary',
      'team=a',
    ]);
    const long = { ...up, metadata: { long: 'x'.repeat(300), short: 'y' } };
    const kept = (
      dataOf(ask([long], 'payments-1.payments.default.instance.rollcall', 'TXT').answers) as Buffer[][]
    )[0];
    expect(kept?.map(String).at(-1)).toBe('short=y');
  });

  it.each([
    ['canary.tag', 1],
    ['blue.tag', 0],
    ['eu-1.zone', 1],
    ['eu-2.zone', 0],
    ['1.version', 1],
    ['1.4.2.version', 1],
    ['^1.5.version', 0],
    ['CANARY.tag.1.4.version.eu-1.zone', 1],
  ])('filtered by %s finds %d instances; none is "no data", for the service is there', (filter, count) => {
    const packet = ask([up], `${filter}.payments.default.service.rollcall`, 'A');
    expect(packet).toMatchObject({ rcode: 'NOERROR' });
    expect(packet.answers).toHaveLength(count);
    expect(packet.authorities).toHaveLength(1 - count);
  });

  it.each([
    ['nobody.default.service.rollcall', 'A', 'NXDOMAIN'],
    ['payments.nowhere.service.rollcall', 'A', 'NXDOMAIN'],
    ['nowhere.service.rollcall', 'A', 'NXDOMAIN'],
    ['payments-9.payments.default.instance.rollcall', 'A', 'NXDOMAIN'],
    ['banana.rollcall', 'A', 'NXDOMAIN'],
    ['payments.default.service.rollcall', 'AAAA', 'NOERROR'],
    ['payments.default.service.rollcall', 'MX', 'NOERROR'],
    ['default.service.rollcall', 'A', 'NOERROR'],
    ['service.rollcall', 'A', 'NOERROR'],
    ['rollcall', 'A', 'NOERROR'],
  ])(
    'for %s %s is %s with the start of authority, which says how long to remember it',
    (name, type, rcode) => {
      const packet = ask([up], name, type);
      expect(packet).toMatchObject({ rcode, flag_aa: true, answers: [] });
      expect(packet.authorities).toEqual([
        expect.objectContaining({
          name: 'rollcall',
          type: 'SOA',
          ttl: 2,
          data: expect.objectContaining({ serial: 5, minimum: 2 }),
        }),
      ]);
    },
  );

  it('for the zone itself is answered with its authority and its name server', () => {
    expect(dataOf(ask([], 'rollcall', 'SOA').answers)).toEqual([
      expect.objectContaining({ mname: 'ns.rollcall', rname: 'hostmaster.rollcall' }),
    ]);
    const packet = ask([], 'rollcall', 'NS');
    expect(dataOf(packet.answers)).toEqual(['ns.rollcall']);
    expect(packet.additionals).toEqual([expect.objectContaining({ name: 'ns.rollcall', data: '127.0.0.1' })]);
    expect(dataOf(ask([], 'ns.rollcall', 'A').answers)).toEqual(['127.0.0.1']);
  });

  it.each([
    ['example.com', 'A', {}, 'REFUSED'],
    ['rollcall', 'AXFR', {}, 'REFUSED'],
    ['rollcall', 'A', { questions: [{ name: 'rollcall', type: 'A', class: 'CH' }] }, 'REFUSED'],
    ['rollcall', 'A', { flags: 4 << 11 }, 'NOTIMP'],
    ['rollcall', 'A', { questions: [] }, 'FORMERR'],
    [
      'rollcall',
      'A',
      {
        questions: [
          { name: 'a', type: 'A' },
          { name: 'b', type: 'A' },
        ],
      },
      'FORMERR',
    ],
  ] as [string, string, Asking, string][])('%s %s %j is answered %s', (name, type, asking, rcode) => {
    expect(ask([up], name, type, asking)).toMatchObject({ rcode, answers: [], id: 4711 });
  });

  it('for ANY is answered with a hint only, as RFC 8482 has it', () => {
    expect(dataOf(ask([up], 'payments.default.service.rollcall', 'ANY').answers)).toEqual([
      { cpu: 'RFC8482', os: '' },
    ]);
  });

  it('before the view is loaded is answered SERVFAIL', () => {
    const parts = { ...zoneOf([]), source: tableSource(() => undefined) };
    const packet = dnsPacket.decode(
      respond(askBytes('a.b.service.rollcall', 'A'), 'udp', parts)?.bytes as Buffer,
    );
    expect(packet).toMatchObject({ rcode: 'SERVFAIL' });
  });
});

describe('the size of an answer', () => {
  it.each<[Asking, number, boolean]>([
    [{}, 512, true],
    [{ udpBytes: 100 }, 512, true],
    [{ udpBytes: 4_096 }, 1_232, false],
    [{ transport: 'tcp' }, 65_535, false],
  ])('to a client that says %j stays below %d bytes, and is cut: %s', (asking, bytesMax, isCut) => {
    const response = respond(
      askBytes('payments.default.service.rollcall', 'A', asking),
      asking.transport ?? 'udp',
      zoneOf(several),
    );
    expect(response?.bytes.length).toBeLessThanOrEqual(bytesMax);
    expect(dnsPacket.decode(response?.bytes as Buffer).flag_tc).toBe(isCut);
  });

  it('is kept by leaving out addresses that can be asked for, before anything is called cut', () => {
    const packet = ask(several.slice(0, 16), 'payments.default.service.rollcall', 'SRV', { udpBytes: 4_096 });
    expect(packet.flag_tc).toBe(false);
    expect(packet.answers).toHaveLength(16);
    expect(packet.additionals?.filter(({ type }) => type === 'A').length).toBeLessThan(16);
    expect(packet.additionals?.at(-1)).toMatchObject({ type: 'OPT', udpPayloadSize: 1_232 });
  });

  it('is kept small by writing each name once', () => {
    const response = respond(
      askBytes('payments.default.service.rollcall', 'A'),
      'udp',
      zoneOf(several.slice(0, 20)),
    );
    expect(response?.bytes.length).toBe(12 + 'payments.default.service.rollcall'.length + 2 + 4 + 20 * 16);
  });

  it('says which version of EDNS we speak to a client that speaks a later one', () => {
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 1_232,
      ednsVersion: 7,
      extendedRcode: 0,
      flags: 0x8000,
      options: [],
    };
    const packet = ask([up], 'payments.default.service.rollcall', 'A', {
      additionals: [opt as unknown as PacketAnswer],
    });
    expect(packet.additionals).toEqual([
      expect.objectContaining({ type: 'OPT', extendedRcode: 1, ednsVersion: 0, flag_do: true }),
    ]);
  });
});

describe('a message that is no question', () => {
  it('is not answered when it is an answer, or too short to have an id', () => {
    const answer = dnsPacket.encode({
      type: 'response',
      id: 1,
      questions: [{ name: 'rollcall', type: 'A' }],
    });
    expect(respond(answer, 'udp', zoneOf([]))).toBeUndefined();
    expect(respond(Buffer.alloc(11), 'udp', zoneOf([]))).toBeUndefined();
  });

  it('whatever its bytes are, is answered readably or not at all', () => {
    const valid = askBytes('_http._tcp.payments.default.service.rollcall', 'SRV', { udpBytes: 1_232 });
    const cut = fc.nat(valid.length).map((length) => valid.subarray(0, length));
    const broken = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    const parts = zoneOf([up]);
    fc.assert(
      fc.property(fc.oneof(cut, broken, random), (message) => {
        const response = respond(message, 'udp', parts);
        if (response === undefined) return;
        expect(response.bytes.readUInt16BE(0)).toBe(message.readUInt16BE(0));
        expect(response.bytes.length).toBeLessThanOrEqual(1_232);
        expect(dnsPacket.decode(response.bytes).flag_qr).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
