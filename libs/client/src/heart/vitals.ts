/** A heartbeat has 4 kB; what an instance applied of more applications than this is not told in it. */
const APPLICATIONS_MAX = 32;

/** What a process tells of itself in its heartbeats beside "alive". */
export class Vitals {
  readonly #config = new Map<string, number>();
  readonly #onConfig: (config: Readonly<Record<string, number>>) => void;
  #calls: number | undefined;

  constructor(onConfig: (config: Readonly<Record<string, number>>) => void = () => undefined) {
    this.#onConfig = onConfig;
  }

  /** Requests being served now; undefined when nobody counts them. */
  get callsInFlight(): number | undefined {
    return this.#calls;
  }

  get config(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#config);
  }

  /** A request is being served from now on, until the function this returns is called. */
  callStarted(): () => void {
    this.#calls = (this.#calls ?? 0) + 1;
    let isOver = false;
    return () => {
      if (!isOver) this.#calls = (this.#calls ?? 1) - 1;
      isOver = true;
    };
  }

  /** This process now runs with this revision of an application's configuration. */
  configApplied(application: string, revision: number): void {
    if (!this.#config.has(application) && this.#config.size >= APPLICATIONS_MAX) return;
    this.#config.set(application, revision);
    this.#onConfig(this.config);
  }
}
