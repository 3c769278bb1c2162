import type { Operation, OwnStatus } from './operations.js';

/** An instance as every door must show it. */
export interface Shown {
  readonly status: string;
  readonly weight: number;
  readonly version: string;
  readonly port: number;
  readonly zone: string | undefined;
  readonly incarnation: number;
}

/** By `service/instance`. */
export type Sight = ReadonlyMap<string, Shown>;

interface Registered {
  readonly status: OwnStatus;
  readonly weight: number;
  readonly version: string;
  readonly port: number;
  readonly zone: string | undefined;
  readonly incarnation: number;
}

interface Held {
  /** What the service said last; stays after it left. */
  readonly registered?: Registered;
  readonly left?: boolean;
  /** What operators laid over it. */
  readonly status?: string | undefined;
  readonly weight?: number | undefined;
  /** This incarnation and those before it are out. */
  readonly evicted?: number | undefined;
}

const WEIGHT_DEFAULT = 100;

/**
 * The registry in a few lines: what the documents promise, with nothing of the code that keeps it. It knows no events,
 * no sequences and no time.
 */
export class Model {
  readonly #held = new Map<string, Held>();

  /** @returns whether the registry must accept it */
  apply(operation: Operation): boolean {
    const held = this.#held.get(operation.name) ?? {};
    const next = this.#next(held, operation);
    if (next !== undefined) this.#held.set(operation.name, next);
    return next !== undefined;
  }

  get sight(): Sight {
    const shown = new Map<string, Shown>();
    for (const [name, held] of this.#held) {
      const { registered, status, weight } = held;
      if (registered === undefined || !isPresent(held)) continue;
      shown.set(name, {
        ...registered,
        status: status ?? registered.status,
        weight: weight ?? registered.weight,
      });
    }
    return shown;
  }

  #next(held: Held, operation: Operation): Held | undefined {
    switch (operation.do) {
      case 'register': {
        const { do: _do, name: _name, weight = WEIGHT_DEFAULT, ...said } = operation;
        const incarnation = (held.registered?.incarnation ?? 0) + 1;
        return { ...held, left: false, registered: { ...said, weight, incarnation } };
      }
      case 'override':
        return { ...held, ...laidOver('status', operation.status), ...laidOver('weight', operation.weight) };
      case 'lift':
        return { ...held, status: undefined, weight: undefined, evicted: undefined };
      default:
        return ofRegistered(held, operation);
    }
  }
}

/** What can only be done to somebody who is registered. */
function ofRegistered(held: Held, operation: Operation): Held | undefined {
  const { registered } = held;
  // What a service says of itself does not ask what operators laid over it: who was evicted may still say good-bye.
  if (registered === undefined || held.left === true) return undefined;
  if (operation.do === 'update') return { ...held, registered: { ...registered, ...operation.change } };
  if (operation.do === 'deregister') return { ...held, left: true };
  return isPresent(held) ? { ...held, evicted: registered.incarnation } : undefined;
}

function isPresent({ registered, left, evicted = 0 }: Held): boolean {
  return registered !== undefined && left !== true && registered.incarnation > evicted;
}

/** Null lifts, what is absent stays. */
function laidOver<Field extends 'status' | 'weight', Value>(
  field: Field,
  value: Value | null | undefined,
): { [Key in Field]?: Value | undefined } {
  if (value === undefined) return {};
  return { [field]: value ?? undefined } as { [Key in Field]?: Value | undefined };
}

const lastResort = new Set(['draining', 'overloaded']);

/** Whom callers are sent to: of each service those that are up, or else the last resort. */
export function routableIn(sight: Sight): string[] {
  const rankOf = ({ status, weight }: Shown): number => {
    if (weight === 0) return 0;
    if (status === 'up') return 2;
    return lastResort.has(status) ? 1 : 0;
  };
  const best = new Map<string, number>();
  for (const [name, shown] of sight) {
    const service = serviceOf(name);
    best.set(service, Math.max(best.get(service) ?? 0, rankOf(shown)));
  }
  return [...sight]
    .filter(([name, shown]) => rankOf(shown) > 0 && rankOf(shown) === best.get(serviceOf(name)))
    .map(([name]) => name)
    .toSorted((left, right) => left.localeCompare(right));
}

function serviceOf(name: string): string {
  return name.split('/')[0] ?? '';
}
