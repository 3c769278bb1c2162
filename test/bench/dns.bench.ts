import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import dnsPacket from 'dns-packet';
import { DnsServer, tableSource } from '#dns';
import { ViewTable } from '#domain';
import { busySince } from './busy.js';
import { fixtureRecord } from './fixtures.js';
import { fixtureBytes } from './journal.js';
import { type Figure, figureOf, printFigures, residentMb } from './measure.js';
import { options } from './options.js';
import { profiled } from './profile.js';

const ROUNDS = options.isQuick ? 1 : 3;
const SECONDS = options.isQuick ? 0.7 : 3;
const WARM_SECONDS = options.isQuick ? 0.3 : 1;

/** A view with one service of so many instances. */
function viewOf(instances: number): ViewTable {
  const table = new ViewTable();
  for (let index = 0; index < instances; index += 1) {
    const record = { ...fixtureRecord(index, instances), service: 'payments', instance: `payments-${index}` };
    const view = { ...record, weight: 100, tags: record.tags ?? [], metadata: record.metadata ?? {} };
    const seen = { registeredSequence: 1, registeredAt: '2026-01-01T00:00:00.000Z', revision: 1 };
    const cause = { id: 'fixture', type: 'rollcall.instance.registered.v1' };
    const key = `default.instance.payments.${record.instance}`;
    table.put(key, { sequence: 1, at: seen.registeredAt, cause, record: { ...view, ...seen } });
  }
  return table;
}

/** Questions a second over UDP, asked by another process on the same machine with so many in flight. */
async function rateOf(port: number, type: 'A' | 'SRV', seconds: number): Promise<number> {
  const asker = fork(fileURLToPath(import.meta.url), ['ask', String(port), type, String(seconds)]);
  return new Promise((resolve, reject) => {
    asker.once('message', (count) => resolve(Number(count) / seconds));
    asker.once('error', reject);
    asker.once('exit', (code, signal) => {
      if (code !== 0)
        reject(new Error(`who asks ended with ${signal ?? `code ${code}`} and counted nothing`));
    });
  });
}

const SOCKETS = 8;
const IN_FLIGHT = 8;

/** The asking side: each answer is followed by the next question. */
async function ask(port: number, type: 'A' | 'SRV', seconds: number): Promise<number> {
  const name =
    type === 'SRV' ? '_http._tcp.payments.default.service.rollcall' : 'payments.default.service.rollcall';
  const opt = { type: 'OPT', name: '.', udpPayloadSize: 1_232, flags: 0 };
  const question = dnsPacket.encode({
    type: 'query',
    id: 7,
    questions: [{ name, type }],
    additionals: [opt as never],
  });
  let count = 0;
  const sockets = Array.from({ length: SOCKETS }, () => {
    const socket = createSocket('udp4');
    socket.on('message', () => {
      count += 1;
      socket.send(question, port, '127.0.0.1');
    });
    return socket;
  });
  for (const socket of sockets)
    for (let index = 0; index < IN_FLIGHT; index += 1) socket.send(question, port, '127.0.0.1');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  for (const socket of sockets) socket.close();
  return count;
}

async function benchDns(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const instances of [5, 20]) {
    const table = viewOf(instances);
    const server = new DnsServer({ source: tableSource(() => ({ table, position: 1 })), port: 0 });
    await server.start();
    await rateOf(server.port, 'A', WARM_SECONDS);
    for (const type of ['A', 'SRV'] as const) {
      const busy = busySince({ 'this process, which answers,': process.pid });
      const rates: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        rates.push(await profiled(type, () => rateOf(server.port, type, SECONDS)));
      const goal = { atLeast: 15_000 };
      figures.push(
        figureOf(`DNS ${type}, ${instances} instances`, 'questions/s', rates, {
          goal,
          limit: `${busy()}; each question is a datagram in and one out, each a call of the system`,
        }),
      );
    }
    await server.stop();
  }
  figures.push({ name: 'memory afterwards', value: residentMb(), unit: 'MB' });
  return figures;
}

const [, , role, port, type, seconds] = process.argv;
if (role === 'ask') {
  process.send?.(await ask(Number(port), type as 'A', Number(seconds)));
  process.disconnect();
} else {
  printFigures('DNS', await benchDns(), {
    fixture: `one service, its records of ${fixtureBytes().record} B held in memory; the server alone in its process, without broker or registry; ${SOCKETS * IN_FLIGHT} questions in flight over ${SOCKETS} sockets from another process on the same cores`,
    durability: 'nothing is written',
  });
}
