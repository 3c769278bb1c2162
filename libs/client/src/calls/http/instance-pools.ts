import { Pool } from 'undici';
import type { Endpoint } from '#contracts';
import { nameLookup } from '../name-lookup.js';
import type { HttpCallerOptions } from './options.js';

const CONNECTIONS_MAX = 128;
const CONNECT_TIMEOUT_MS = 1_000;
const KEEP_ALIVE_MS = 10_000;

/** Connections to each instance, kept alive and reused. Those of an instance that left finish what they have begun. */
export class InstancePools {
  readonly #options: HttpCallerOptions;
  readonly #pools = new Map<string, Pool>();
  #isClosed = false;

  constructor(options: HttpCallerOptions) {
    this.#options = options;
  }

  /** @param key of the incarnation: a new one may live elsewhere */
  get(key: string, endpoint: Endpoint): Pool {
    const origin = originOf(endpoint);
    const id = `${key} ${origin}`;
    let pool = this.#pools.get(id);
    if (pool === undefined) {
      pool = this.#open(origin, endpoint.address ?? '');
      this.#pools.set(id, pool);
    }
    return pool;
  }

  /** @param present keys of the instances the view names */
  keepOnly(present: ReadonlySet<string>): void {
    for (const [id, pool] of this.#pools) {
      if (present.has(id.slice(0, id.indexOf(' ')))) continue;
      this.#pools.delete(id);
      pool.close().catch(() => undefined);
    }
  }

  /** Lets calls under way finish, for so long; then ends them. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    const closing = Promise.allSettled(pools.map((pool) => pool.close()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([closing, late]);
    clearTimeout(timer);
    await Promise.allSettled(pools.filter(({ destroyed }) => !destroyed).map((pool) => pool.destroy()));
  }

  #open(origin: string, address: string): Pool {
    const { connectionsMax, connectTimeoutMs, allowedAddresses, tls } = this.#options;
    const guard = nameLookup(address, allowedAddresses);
    return new Pool(origin, {
      connections: connectionsMax ?? CONNECTIONS_MAX,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Timeouts are the caller's business; these two would only be a second, coarser clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...tls, ...guard, timeout: connectTimeoutMs ?? CONNECT_TIMEOUT_MS },
    });
  }
}

function originOf({ protocol, address = '', port }: Endpoint): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${protocol}://${host}:${port}`;
}
