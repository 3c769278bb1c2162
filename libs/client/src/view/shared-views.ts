import { isRollcallError, RollcallError } from '#contracts';
import type { ViewScope } from '#nats';
import type { ClientPlace } from '../client/place.js';
import { SharedView } from './shared-view.js';

/** How one part of the view is doing. */
export interface ViewStatus {
  /** Name of the service, `*` for the whole namespace. */
  readonly scope: string;
  readonly position: number;
  readonly staleMs: number;
}

/** Scope of a view that holds nothing and follows the position only. */
const POSITION_ONLY = '(position)';
const WHOLE_NAMESPACE = '*';

/** The views this client follows, each opened at its first use and kept until the client is closed. */
export class SharedViews {
  readonly #views = new Map<string, SharedView>();

  constructor(
    private readonly place: ClientPlace,
    private readonly onTrouble: (error: Error) => void,
  ) {}

  get position(): number {
    return Math.max(0, ...[...this.#views.values()].map((view) => view.position));
  }

  /** @throws ROLLCALL_BROKER_UNREACHABLE when the first snapshot does not arrive in time */
  async open(scope: string, timeoutMs: number): Promise<SharedView> {
    let view = this.#views.get(scope);
    if (view === undefined) {
      view = new SharedView(this.place, this.#viewScope(scope), this.onTrouble);
      this.#views.set(scope, view);
    }
    try {
      await inTime(view, timeoutMs, scope);
    } catch (error) {
      this.#drop(scope, view);
      throw error;
    }
    return view;
  }

  openAll(timeoutMs: number): Promise<SharedView> {
    return this.open(WHOLE_NAMESPACE, timeoutMs);
  }

  /** Resolves when every view followed here reflects the sequence. */
  async reached(sequence: number, timeoutMs: number): Promise<void> {
    if (this.#views.size === 0) await this.open(POSITION_ONLY, timeoutMs);
    await Promise.all([...this.#views.values()].map((view) => view.reached(sequence, timeoutMs)));
  }

  status(): ViewStatus[] {
    return [...this.#views]
      .filter(([scope]) => scope !== POSITION_ONLY)
      .map(([scope, { position, staleMs }]) => ({ scope, position, staleMs }));
  }

  close(): void {
    for (const view of this.#views.values()) view.close();
    this.#views.clear();
  }

  #viewScope(scope: string): ViewScope {
    const { namespace } = this.place;
    if (scope === WHOLE_NAMESPACE) return { namespace };
    return { namespace, services: scope === POSITION_ONLY ? [] : [scope] };
  }

  /** A view that could not be opened is opened anew by the next caller. */
  #drop(scope: string, view: SharedView): void {
    view.close();
    if (this.#views.get(scope) === view) this.#views.delete(scope);
  }
}

async function inTime(view: SharedView, timeoutMs: number, scope: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(lateError(view.lastTrouble, timeoutMs, scope)), timeoutMs);
    // A client that is closed meanwhile must not keep its process.
    timer.unref();
  });
  await Promise.race([view.open(), late]).finally(() => clearTimeout(timer));
}

function lateError(trouble: Error | undefined, timeoutMs: number, scope: string): RollcallError {
  const text = `the view of "${scope}" did not arrive in ${timeoutMs} ms`;
  if (!isRollcallError(trouble)) return new RollcallError('ROLLCALL_BROKER_UNREACHABLE', text);
  return new RollcallError(trouble.code, `${text}: ${trouble.what}`, { cause: trouble });
}
