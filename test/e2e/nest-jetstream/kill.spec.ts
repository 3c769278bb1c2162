import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connectBroker } from '#nats';
import { deadHeaders } from '#nest-jetstream';
import { startTestBroker, type TestBroker } from '#testkit';
import { eventually } from '../../integration/client/registry.js';
import type { Deed, Told } from '../fixtures/event-consumer.js';
import { type Program, startProgram } from '../fixtures/program.js';

let broker: TestBroker;
let connection: NatsConnection;
const programs: Program[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  const { url, user, password } = broker;
  connection = await connectBroker({ url, user, password });
  const { streams } = await jetstreamManager(connection);
  for (const name of ['EVENTS', 'DEAD']) await streams.add({ name, subjects: [`${name}.>`] });
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill()));
});
afterAll(async () => {
  await connection.close();
  await broker.stop();
});

async function consumer(): Promise<{ program: Program; told: Told[] }> {
  const program = startProgram('test/e2e/fixtures/event-consumer.js', { ...broker.env });
  programs.push(program);
  const told: Told[] = [];
  program.onMessage((message) => told.push(message as Told));
  await program.saw(/listening/);
  return { program, told };
}

const publish = (event: string, deed: Deed) => jetstream(connection).publish(event, JSON.stringify({ deed }));

it('an event whose process is killed at work is handled by another, once its lease is over', async () => {
  const first = await consumer();
  await publish('EVENTS.a', 'hang');
  await eventually(() => first.told.length === 1, 'the first began');
  await first.program.kill('SIGKILL');
  const second = await consumer();
  await publish('EVENTS.b', 'handle');
  await eventually(() => second.told.length === 2, 'the second handled both');
  expect(second.told.toSorted((left, right) => left.event.localeCompare(right.event))).toEqual([
    { event: 'EVENTS.a', deliveries: 2 },
    { event: 'EVENTS.b', deliveries: 1 },
  ]);
});

it('an event that kills every process that takes it becomes a dead letter and kills no more', async () => {
  await publish('EVENTS.killer', 'die');
  for (const deliveries of [1, 2]) {
    const { program, told } = await consumer();
    await program.ended;
    expect(told).toContainEqual({ event: 'EVENTS.killer', deliveries });
  }
  const survivor = await consumer();
  const { streams } = await jetstreamManager(connection);
  const find = () => streams.getMessage('DEAD', { last_by_subj: 'DEAD.events' });
  await eventually(async () => (await find()) !== null, 'the dead letter');
  const letter = await find();
  expect(letter?.header.get(deadHeaders.kind)).toBe('unsettled');
  expect(letter?.header.get(deadHeaders.reason)).toMatch(/delivered 2 times and never settled/);
  expect(survivor.program.isRunning).toBe(true);
});
