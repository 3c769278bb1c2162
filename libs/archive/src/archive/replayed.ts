import { headerNames } from '#contracts';
import type { StoredEvent } from '#application';
import type { RawMessage } from '#nats';

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
  messageOf(event: StoredEvent, sequence: number): RawMessage {
    const key = event.subject.slice(this.from.length);
    if (sequence !== event.sequence) this.#moved.set(event.sequence, sequence);
    return {
      subject: this.to + key,
      headers: headersOf(event),
      payload: this.#moved.size > 0 && isVerdict(key) ? this.#verdictOf(event.body) : event.body,
    };
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

/** What the broker was told when it stored the event (ids, guards, batches) would be told again: that stays out. */
function headersOf({ headers, sequence, timeNs }: StoredEvent): string {
  const block = Buffer.from(headers.buffer, headers.byteOffset, headers.length).toString('latin1');
  let kept = '';
  for (const line of block.split('\r\n').slice(1)) {
    if (line !== '' && !/^nats-/i.test(line)) kept += `${line}\r\n`;
  }
  const at = `${new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, -1)}${String(timeNs % 1_000_000n).padStart(6, '0')}Z`;
  return `${kept}${headerNames.originalSequence}: ${sequence}\r\n${headerNames.originalTime}: ${at}\r\n`;
}
