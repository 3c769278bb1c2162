import type { JsMsg } from '@nats-io/jetstream';
import { headerNames, type RawEvent, type Subjects } from '#contracts';
import { headerBlock, headerIn } from './header-block.js';
import { ownText, OwnTexts, utf8Text } from './text.js';

/** A journal has many events and few keys, and fewer types. */
const keys = new OwnTexts(16_384);
const types = new OwnTexts(256);

/** A delivered journal message as the contracts read it: header values and body are decoded only when asked for. */
export function rawEvent(message: JsMsg, subjects: Subjects): RawEvent {
  return new DeliveredEvent(message, subjects);
}

class DeliveredEvent implements RawEvent {
  readonly sequence: number;
  readonly atMs: number;
  readonly key: string;
  readonly bytes: number;
  readonly header: (name: string) => string | undefined;
  readonly #body: Uint8Array;

  constructor(message: JsMsg, subjects: Subjects) {
    const { streamSequence, timestampNanos } = message.info;
    this.sequence = streamSequence;
    this.atMs = Math.floor(timestampNanos / 1e6);
    this.key = keys.of(subjects.journalKey(message.subject) ?? message.subject);
    this.#body = message.data;
    this.bytes = this.#body.length;
    this.header = headerReader(headerBlock(message));
  }

  text(): string {
    return utf8Text(this.#body);
  }
}

/** A scope of its own: whoever keeps the reader keeps the header block, and not the whole chunk from the network. */
function headerReader(block: string): (name: string) => string | undefined {
  return (name) => {
    const value = headerIn(block, name);
    // What the view keeps of an event must not keep its headers.
    if (value === undefined) return undefined;
    return name === headerNames.type ? types.of(value) : ownText(value);
  };
}
