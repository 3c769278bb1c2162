import type { InstanceView, RegistryEvent } from '#contracts';
import { fromTime, isInstanceView, leaseTimes, type Suspicion, type ViewEntry } from '#domain';

interface Open {
  suspicion: Suspicion;
  readonly startedAt: string | undefined;
}

/** Every suspicion of a window, told by the entries of the view as they change. */
export class SuspicionLog {
  readonly #done: Suspicion[] = [];
  readonly #open = new Map<string, Open>();
  /** Expired, and whether the same process came back is still to be seen. */
  readonly #expired = new Map<string, Open>();

  /** Without an event: what stood there at the beginning of the window. */
  become(key: string, entry: ViewEntry, event?: RegistryEvent): void {
    const view = entry.record;
    if (!isInstanceView(view)) return;
    this.#end(key, view, event?.atMs ?? fromTime(entry.at));
    const isSuspected = view.verdict?.state === 'suspected' && view.departure === undefined;
    if (isSuspected && view.status === 'suspect' && !this.#open.has(key)) {
      this.#open.set(key, { suspicion: suspicionOf(view), startedAt: view.startedAt });
    }
    const expired = this.#expired.get(key);
    if (expired === undefined || view.departure !== undefined) return;
    // The process that registers anew is the one that was expired: it had been alive. An undo brings back a
    // registration that was there before, and proves nothing.
    const backAtMs = fromTime(view.registeredAt);
    const isNew = backAtMs > expired.suspicion.suspectedAtMs;
    const isSame = isNew && expired.startedAt !== undefined && expired.startedAt === view.startedAt;
    this.#done.push(isSame ? { ...expired.suspicion, backAtMs } : expired.suspicion);
    this.#expired.delete(key);
  }

  /** All of them, in the order in which they were raised. */
  all(): Suspicion[] {
    const unended = [...this.#open.values(), ...this.#expired.values()].map(({ suspicion }) => suspicion);
    return [...this.#done, ...unended].toSorted((left, right) => left.sequence - right.sequence);
  }

  #end(key: string, view: InstanceView, atMs: number): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    const isThis = view.incarnation === open.suspicion.incarnation;
    const state = isThis ? view.verdict?.state : undefined;
    if (state === 'suspected' && view.departure === undefined) return;
    this.#open.delete(key);
    if (state === 'expired') {
      this.#expired.set(key, { ...open, suspicion: { ...open.suspicion, end: { kind: 'expired', atMs } } });
      return;
    }
    const kind = state === 'cleared' ? 'cleared' : 'over';
    this.#done.push({ ...open.suspicion, end: { kind, atMs } });
  }
}

function suspicionOf(view: InstanceView): Suspicion {
  const { service, instance, incarnation, verdict } = view;
  const { signal = 'sweep', lastHeartbeatAt } = verdict?.evidence ?? {};
  return {
    service,
    instance,
    incarnation,
    sequence: verdict?.sequence ?? 0,
    signal,
    times: leaseTimes(view),
    suspectedAtMs: fromTime(verdict?.at ?? view.registeredAt),
    ...(lastHeartbeatAt === undefined ? {} : { lastBeatAtMs: fromTime(lastHeartbeatAt) }),
  };
}
