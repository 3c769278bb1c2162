import { errorText, isRollcallError } from '#contracts';
import type { Leadership } from '../ports/leadership.js';
import { ProjectorTerm, type TermParts } from './term.js';

export type ProjectorParts = Omit<TermParts, 'onTermLost'> & { readonly leadership: Leadership };

const RETRY_MS = 200;
/** What trying again does not heal is for an operator to heal; a new term loads the whole view. */
const RETRY_HOPELESS_MS = 5_000;

/**
 * Folds the journal into the view whenever this process leads, and stands by otherwise. A term that fails is
 * followed by a new one that begins from what the bucket holds.
 */
export class Projector {
  readonly #parts: ProjectorParts;
  #term: ProjectorTerm | undefined;
  #trouble: Error | undefined;
  #cancelRetry: () => void = () => undefined;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
  }

  get isLeading(): boolean {
    return this.#term !== undefined;
  }

  /** Journal position of the view, or undefined while another process leads. */
  get position(): number | undefined {
    return this.#term?.position;
  }

  /** Whether events were read that the bucket does not hold yet: what can wait should not compete with them. */
  get isBusy(): boolean {
    return this.#term !== undefined && this.#term.foldedTo > this.#term.position;
  }

  /** Why the last term ended, until a later one has written again; e.g. ROLLCALL_BROKER_DISK_FULL. */
  get trouble(): Error | undefined {
    return this.#term?.hasWritten === true ? undefined : this.#trouble;
  }

  async start(): Promise<void> {
    await this.#parts.leadership.start({
      onElected: () => this.#beginTerm(),
      onDeposed: () => {
        this.#endTerm();
        this.#trouble = undefined;
      },
    });
  }

  /** Ends the term and hands leadership over at once. */
  async stop(): Promise<void> {
    this.#endTerm();
    await this.#parts.leadership.stop();
  }

  /** After a reconnect the bucket may have lost what it acknowledged: begin again from what it holds. */
  restartTerm(): void {
    if (this.#term === undefined) return;
    this.#endTerm();
    this.#trouble = undefined;
    if (this.#parts.leadership.isLeader) this.#beginTerm();
  }

  #beginTerm(): void {
    this.#endTerm();
    const term = new ProjectorTerm({ ...this.#parts, onTermLost: (error) => this.#onTermLost(term, error) });
    this.#term = term;
    term.begin().catch((error: unknown) => {
      this.#parts.log.error('could not take the projection over', { error: errorText(error) });
      term.end();
      this.#onTermLost(term, error as Error);
    });
  }

  #onTermLost(term: ProjectorTerm, error: Error): void {
    if (this.#term !== term) return;
    this.#term = undefined;
    this.#trouble = error;
    const isHopeless = isRollcallError(error, 'ROLLCALL_JOURNAL_REPLACED');
    this.#cancelRetry = this.#parts.clock.after(isHopeless ? RETRY_HOPELESS_MS : RETRY_MS, () => {
      if (this.#term === undefined && this.#parts.leadership.isLeader) this.#beginTerm();
    });
  }

  #endTerm(): void {
    this.#cancelRetry();
    this.#term?.end();
    this.#term = undefined;
  }
}
