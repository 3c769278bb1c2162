import { headerNames } from '#contracts';
import type { StoredEvent } from '#application';
import { type BatchOutgoing, OutgoingHeaders } from '#nats';
import { carriedElsewhere, headerLines } from './carried.js';

/** Events of an archive as messages for another journal. */
export class Replayed {
  /** Which sequence an event has now, where it is another one. */
  readonly #moved = new Map<number, number>();

  /**
   * @param from first part of the subjects in the archive
   * @param to first part of the subjects there
   */
  constructor(
    private readonly from: string,
    private readonly to: string,
  ) {}

  /** @param sequence the one it gets */
  messageOf(event: StoredEvent, sequence: number): BatchOutgoing {
    const key = event.subject.slice(this.from.length);
    if (sequence !== event.sequence) this.#moved.set(event.sequence, sequence);
    return {
      subject: this.to + key,
      headers: new OutgoingHeaders(this.#linesOf(event, sequence)),
      payload: this.#moved.size > 0 && isVerdict(key) ? this.#verdictOf(event.body) : event.body,
    };
  }

  /** What the broker was told when it stored the event (ids, guards, batches) would be told again: that stays out. */
  #linesOf(event: StoredEvent, sequence: number): string {
    const { timeNs } = event;
    const own = headerLines(event).filter((line) => !/^nats-/i.test(line));
    const lines = carriedElsewhere(own, (first) => this.#placeOf(first, sequence));
    const at = `${new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, -1)}${String(timeNs % 1_000_000n).padStart(6, '0')}Z`;
    const origin = [
      `${headerNames.originalSequence}: ${event.sequence}`,
      `${headerNames.originalTime}: ${at}`,
    ];
    return [...lines, ...origin, ''].join('\r\n');
  }

  /**
   * Where an event is that is said again. One that is not in the archive counts as no newer than who says it again: a
   * view that took it for newer would pass over what comes next.
   */
  #placeOf(first: number, sequence: number): number {
    const place = this.#moved.get(first) ?? Math.min(first, sequence);
    if (place !== first) this.#moved.set(first, place);
    return place;
  }

  /** A verdict names the registration it is about by its sequence. Nothing else in an event decides by one. */
  #verdictOf(body: Uint8Array): Uint8Array {
    try {
      const verdict = JSON.parse(Buffer.from(body).toString()) as { readonly registeredSequence?: number };
      const moved = this.#moved.get(verdict.registeredSequence ?? 0);
      if (moved === undefined) return body;
      return Buffer.from(JSON.stringify({ ...verdict, registeredSequence: moved }));
    } catch {
      // It could not be read there, and shall not be here.
      return body;
    }
  }
}

function isVerdict(key: string): boolean {
  return key.split('.', 2)[1] === 'verdict';
}
