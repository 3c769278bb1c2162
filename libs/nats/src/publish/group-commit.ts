import { limits, RollcallError } from '#contracts';
import type { BatchOutgoing } from './publisher.js';

export interface GroupCommitParts {
  /** Stores one message, sending it again as long as that makes sense. */
  readonly one: (outgoing: BatchOutgoing) => Promise<number>;
  /** Stores all or none; resolves with the sequence of the last. Each message has a subject of its own. */
  readonly all: (group: readonly BatchOutgoing[]) => Promise<number>;
}

interface Waiting {
  readonly outgoing: BatchOutgoing;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: Error) => void;
}

/** So many go out one by one, each synced by itself. A batch costs as much as about a dozen of them (measured). */
const ALONE_MAX = 8;

/**
 * Many messages at once share one sync of the disk: those that come while others are under way wait for each other,
 * and go out as one atomic batch. What a batch is refused for is found message by message, so that nobody is refused
 * for what another has sent. One message alone waits for nothing.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  #waiting: Waiting[] = [];
  #alone = 0;
  #isCommitting = false;
  #isScheduled = false;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  /** Resolves with the sequence, as soon as the message is stored and synced. @throws whatever `one` throws */
  async publish(outgoing: BatchOutgoing): Promise<number> {
    const isAlone = this.#waiting.length === 0 && this.#alone < ALONE_MAX;
    if (isAlone) return this.#publishAlone(outgoing);
    if (this.#waiting.length >= limits.publishPendingMax) {
      const text = `${this.#waiting.length} writes wait for the broker, the most allowed`;
      throw new RollcallError('ROLLCALL_UNAVAILABLE', text);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ outgoing, resolve, reject });
      this.#schedule();
    });
  }

  async #publishAlone(outgoing: BatchOutgoing): Promise<number> {
    this.#alone += 1;
    try {
      return await this.#parts.one(outgoing);
    } finally {
      this.#alone -= 1;
    }
  }

  /** At the end of this turn of the event loop: those who are about to ask as well are in it. */
  #schedule(): void {
    if (this.#isScheduled || this.#isCommitting) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#commit();
    });
  }

  async #commit(): Promise<void> {
    const group = this.#take();
    if (group.length <= ALONE_MAX) {
      this.#sendEach(group);
      return;
    }
    this.#isCommitting = true;
    try {
      const last = await this.#parts.all(group.map(({ outgoing }) => outgoing));
      const before = last - group.length + 1;
      for (const [index, { resolve }] of group.entries()) resolve(before + index);
    } catch {
      // Also when it may be stored although nobody said so: a message with a known id is stored once.
      this.#sendEach(group);
    }
    this.#isCommitting = false;
    if (this.#waiting.length > 0) this.#schedule();
  }

  #sendEach(group: readonly Waiting[]): void {
    for (const { outgoing, resolve, reject } of group) this.#publishAlone(outgoing).then(resolve, reject);
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** As many as a batch takes, in their order; of one subject the first, because a batch may guard it once. */
  #take(): Waiting[] {
    const subjects = new Set<string>();
    const group: Waiting[] = [];
    const later: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const { subject } = waiting.outgoing;
      const hasRoom = group.length < limits.batchMessagesMax;
      if (hasRoom && !subjects.has(subject)) group.push(waiting);
      else later.push(waiting);
      subjects.add(subject);
    }
    this.#waiting = later;
    return group;
  }
}
