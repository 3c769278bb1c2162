import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes, type RollcallError } from '#contracts';
import type { RegistrationInput } from '#client';
import { eventually, startTestRegistry, type TestRegistry } from './registry.js';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startTestRegistry();
});
afterAll(() => registry.stop());

const claimOn = (instance: string): RegistrationInput => ({
  service: 'twins',
  instance,
  version: '1.0.0',
  lease: 'local',
});
const aggregate = (instance: string) => ({
  kind: 'instance' as const,
  namespace: 'default',
  service: 'twins',
  instance,
});

async function registered(instance: string, actor: string) {
  const lost: RollcallError[] = [];
  const revived: number[] = [];
  const client = await registry.client({ actor });
  const registration = await client.register(claimOn(instance), {
    onLost: (error) => lost.push(error),
    onRevived: (incarnation) => revived.push(incarnation),
  });
  return { client, registration, lost, revived };
}

describe('two processes that claim one instance id', () => {
  it('leave it to the later one; the earlier is told by whom it was superseded and beats no more', async () => {
    const older = await registered('one', 'blue deployment');
    const newer = await registered('one', 'green deployment');
    expect([older.registration.incarnation, newer.registration.incarnation]).toEqual([1, 2]);
    await eventually(() => older.lost.length > 0, 'the older one is told');
    expect(older.lost[0]).toMatchObject({
      code: 'ROLLCALL_SUPERSEDED',
      message: expect.stringContaining('"green deployment"'),
    });
    expect(older.lost[0]?.message).toContain(String(process.pid));
    await expect(older.registration.update({ weight: 1 })).rejects.toMatchObject({
      code: 'ROLLCALL_SUPERSEDED',
    });
    await older.registration.deregister();
    const { instances } = await newer.client.discover('twins', { atLeast: newer.registration.sequence });
    expect(instances).toMatchObject([{ instance: 'one', incarnation: 2, status: 'up' }]);
    expect(older.client.status().registrations).toEqual([]);
    await newer.registration.deregister();
  });

  it('get different incarnations when they register at the same moment', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => registry.client()));
    const registrations = await Promise.all(clients.map((client) => client.register(claimOn('rush'))));
    expect(registrations.map(({ incarnation }) => incarnation).sort((left, right) => left - right)).toEqual([
      1, 2, 3, 4,
    ]);
    await eventually(() => registrations.filter(({ isActive }) => isActive).length === 1, 'one is left');
    expect(registrations.find(({ isActive }) => isActive)?.incarnation).toBe(4);
  });
});

describe('a registration that others write about', () => {
  it('ends when somebody deregisters it, naming who and why', async () => {
    const { registration, lost } = await registered('evictee', 'itself');
    await registry.store.journal.append({
      id: 'by-hand',
      type: eventTypes.instanceDeregistered,
      actor: 'alice',
      reason: 'wrong cluster',
      aggregate: aggregate('evictee'),
      data: { ...registration.record, status: 'down' },
    });
    await eventually(() => lost.length > 0, 'it is told');
    expect(lost[0]).toMatchObject({
      code: 'ROLLCALL_NOT_REGISTERED',
      message: expect.stringContaining('"alice" (wrong cluster)'),
    });
    expect(registration.isActive).toBe(false);
  });

  it('goes on when a process that slept through its own end writes late, and the count never goes back', async () => {
    const { registration, lost } = await registered('late', 'old');
    const successor = await registered('late', 'new');
    await registry.store.journal.append({
      id: 'zombie',
      type: eventTypes.instanceUpdated,
      aggregate: aggregate('late'),
      data: { ...registration.record, weight: 1 },
    });
    await expect(successor.registration.update({ weight: 9 })).resolves.toBeGreaterThan(0);
    expect(successor.lost).toEqual([]);
    expect(lost).toHaveLength(1);
    await registry.store.journal.append({
      id: 'zombie-2',
      type: eventTypes.instanceUpdated,
      aggregate: aggregate('late'),
      data: { ...registration.record, weight: 2 },
    });
    await expect(registered('late', 'newest')).resolves.toMatchObject({ registration: { incarnation: 3 } });
  });

  it('comes back as a new incarnation when it was expired although it lives', async () => {
    const { registration, lost, revived } = await registered('sleeper', 'sleeper');
    await registry.store.journal.append({
      id: 'verdict',
      type: eventTypes.verdictExpired,
      aggregate: { ...aggregate('sleeper'), kind: 'verdict' },
      data: {
        namespace: 'default',
        service: 'twins',
        instance: 'sleeper',
        incarnation: 1,
        state: 'expired',
        evidence: { signal: 'heartbeat-lapsed' },
      },
    });
    await eventually(() => revived.length > 0, 'it has registered again');
    expect(registration).toMatchObject({ incarnation: 2, isActive: true });
    expect(lost).toEqual([]);
  });
});
