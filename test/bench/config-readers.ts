import { type LiveConfig, RollcallClient } from '#client';

/** A process with instances that follow config; see config.bench.ts. */
export interface ReadersOrder {
  readonly access: { readonly url: string; readonly user: string; readonly password: string };
  readonly application: string;
  /** Instance ids; each gets a client, and so a connection, of its own. */
  readonly instances: readonly string[];
  /** Whether they register, as services do. */
  readonly isRegistering: boolean;
  /** The key whose changes are told. */
  readonly key: string;
}

/** What the first of them paid for its config: before anything else was loaded, with the broker connected. */
export interface Opened {
  readonly said: 'open';
  readonly keys: number;
  readonly ms: number;
  /** Growth of the heap by it, after a collection. */
  readonly heapKb: number;
}

export interface Told {
  readonly said: 'told';
  readonly value: unknown;
  /** When each instance was called, on the clock that all processes of a machine share. */
  readonly atMs: readonly number[];
}

/** A clock that processes of one machine share, in ms. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The heap after a collection, in KB: everything that is alive. */
function heapKb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_024;
}

async function open({ access, application, instances, isRegistering }: ReadersOrder): Promise<LiveConfig[]> {
  const configs: LiveConfig[] = [];
  for (const instance of instances) {
    const client = await RollcallClient.connect({ ...access, heart: 'shared' });
    if (isRegistering) await client.register({ service: application, instance, version: '1.0.0' });
    const heapBefore = heapKb();
    const beganAtMs = performance.now();
    const config = await client.config(application);
    const ms = performance.now() - beganAtMs;
    configs.push(config);
    if (configs.length > 1) continue;
    const opened: Opened = { said: 'open', keys: config.values.size, ms, heapKb: heapKb() - heapBefore };
    process.send?.(opened);
  }
  return configs;
}

function tellChanges(configs: readonly LiveConfig[], key: string): void {
  const seen = new Map<unknown, number[]>();
  for (const config of configs) {
    config.onKey(key, ({ after }) => {
      const atMs = seen.get(after) ?? [];
      seen.set(after, atMs);
      atMs.push(sharedClockMs());
      if (atMs.length < configs.length) return;
      seen.delete(after);
      const told: Told = { said: 'told', value: after, atMs };
      process.send?.(told);
    });
  }
}

async function start(order: ReadersOrder): Promise<void> {
  try {
    tellChanges(await open(order), order.key);
    process.send?.({ said: 'ready' });
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

process.once('message', (order: ReadersOrder) => void start(order));
process.once('disconnect', () => process.exit(0));
