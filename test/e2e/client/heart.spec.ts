import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { HeartbeatBody, ProbeAnswer } from '#contracts';
import { openRegistryStore } from '#jetstream';
import { connectBroker } from '#nats';
import { startTestBroker, type TestBroker } from '#testkit';

let broker: TestBroker;
let connection: NatsConnection;
let child: ChildProcess | undefined;
const beats: { readonly subject: string; readonly atMs: number; readonly body: HeartbeatBody }[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  const { url, user, password } = broker;
  connection = await connectBroker({ url, user, password });
  await openRegistryStore({ connection });
  connection.subscribe('heartbeat.v1.>', {
    callback: (_error, message: Msg) => {
      beats.push({ subject: message.subject, atMs: performance.now(), body: message.json<HeartbeatBody>() });
    },
  });
});
afterEach(async () => {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});
afterAll(async () => {
  await connection.close();
  await broker.stop();
});

/** A real process that registers, and holds its event loop up when it is told to. */
async function busyService(instance: string, more: Record<string, string> = {}) {
  const program = join(process.cwd(), 'dist/test/e2e/fixtures/client/busy-service.js');
  const env = { PATH: process.env['PATH'], ...broker.env, INSTANCE: instance, ...more };
  const started = spawn(process.execPath, [program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child = started;
  let said = '';
  started.stdout.on('data', (chunk) => (said += String(chunk)));
  const hears = async (word: string): Promise<void> => {
    while (!said.includes(word)) await once(started.stdout, 'data');
  };
  await hears('registered');
  const subject = `heartbeat.v1.default.busy.${instance}.1`;
  const ofThis = () => beats.filter((beat) => beat.subject === subject);
  while (ofThis().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  return { process: started, hears, beats: ofThis, tell: (line: string) => started.stdin.write(`${line}\n`) };
}

const probe = async (instance: string): Promise<ProbeAnswer> =>
  (
    await connection.request(`probe.v1.default.busy.${instance}.1`, undefined, { timeout: 1_000 })
  ).json<ProbeAnswer>();

/** Longest time between two beats that arrived after `sinceMs`, until now. */
function longestGapMs(times: readonly number[], sinceMs: number): number {
  const after = [sinceMs, ...times.filter((atMs) => atMs > sinceMs), performance.now()];
  return Math.max(...after.slice(1).map((atMs, index) => atMs - (after[index] ?? 0)));
}

describe('the heart of a process whose event loop is held up', () => {
  it('beats on and answers probes from a thread of its own, and says how long the loop stands still', async () => {
    const service = await busyService('thread-1');
    const sinceMs = performance.now();
    service.tell('busy 2500');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await probe('thread-1')).eventLoopLagMs).toBeGreaterThan(500);
    await service.hears('idle');
    const during = service.beats().filter(({ atMs }) => atMs > sinceMs);
    expect(
      longestGapMs(
        during.map(({ atMs }) => atMs),
        sinceMs,
      ),
    ).toBeLessThan(1_300);
    expect(Math.max(...during.map(({ body }) => body.eventLoopLagMs ?? 0))).toBeGreaterThan(500);
  });

  it('beats on also when the loop stands still for longer than the lease', async () => {
    const service = await busyService('thread-2');
    const sinceMs = performance.now();
    service.tell('busy 5000');
    await service.hears('idle');
    const times = service.beats().map(({ atMs }) => atMs);
    expect(longestGapMs(times, sinceMs)).toBeLessThan(1_300);
    await expect(probe('thread-2')).resolves.toMatchObject({ incarnation: 1 });
  });

  it('stands still with the loop when it shares its thread', async () => {
    const service = await busyService('shared-1', { HEART: 'shared' });
    const sinceMs = performance.now();
    service.tell('busy 2500');
    await service.hears('idle');
    expect(
      longestGapMs(
        service.beats().map(({ atMs }) => atMs),
        sinceMs,
      ),
    ).toBeGreaterThan(2_000);
  });

  it('does not keep a process from ending, and beats no more after it left', async () => {
    const service = await busyService('leaver-1');
    service.tell('leave');
    const [code] = (await once(service.process, 'exit')) as [number | null];
    expect(code).toBe(0);
    await expect(probe('leaver-1')).rejects.toThrow(/no responders/i);
  });

  it('beats over a connection of its own, which the beat names', async () => {
    const service = await busyService('named-1');
    const { connection: named } = service.beats()[0]?.body ?? {};
    const system = await connectBroker({
      url: broker.url,
      user: broker.sys.user,
      password: broker.sys.password,
    });
    const reply = await system.request('$SYS.REQ.SERVER.PING.CONNZ', JSON.stringify({ limit: 1_000 }), {
      timeout: 2_000,
    });
    await system.close();
    const { data } = reply.json<{
      data: { server_id: string; connections: { cid: number; name?: string }[] };
    }>();
    const mine = data.connections.find(({ cid }) => cid === named?.clientId);
    expect(named?.serverId).toBe(data.server_id);
    expect(mine?.name).toContain('rollcall heart default/busy/named-1#1 ');
  });
});
