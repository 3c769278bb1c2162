import type { ConfigRejection, HeartbeatBody } from '#contracts';

/** A heartbeat has 4 kB; what an instance applied of more applications than this is not told in it. */
const APPLICATIONS_MAX = 32;
/** For the same reason: the newest so many rejections, the beginning of their reasons. Reports tell all of it. */
const REJECTIONS_MAX = 4;
const REASON_LENGTH_MAX = 160;

/** What heartbeats tell of config. */
export type ConfigVitals = Pick<HeartbeatBody, 'config' | 'configRejected'>;

/** What a process tells of itself in its heartbeats beside "alive". */
export class Vitals {
  readonly #config = new Map<string, number>();
  readonly #rejected = new Map<string, readonly ConfigRejection[]>();
  readonly #onConfig: (config: ConfigVitals) => void;
  #calls: number | undefined;

  constructor(onConfig: (config: ConfigVitals) => void = () => undefined) {
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

  /** This process now runs with an application's configuration up to this revision, except for what it refused. */
  configApplied(application: string, revision: number, rejected: readonly ConfigRejection[] = []): void {
    if (!this.#config.has(application) && this.#config.size >= APPLICATIONS_MAX) return;
    this.#config.set(application, revision);
    this.#rejected.set(application, rejected);
    const configRejected = this.#newestRejected();
    this.#onConfig({ config: this.config, ...(configRejected.length > 0 && { configRejected }) });
  }

  #newestRejected() {
    return [...this.#rejected]
      .flatMap(([application, rejections]) => rejections.map((rejection) => ({ application, ...rejection })))
      .sort((left, right) => right.revision - left.revision)
      .slice(0, REJECTIONS_MAX)
      .map(({ reason, ...rejection }) => ({ ...rejection, reason: reason.slice(0, REASON_LENGTH_MAX) }));
  }
}
