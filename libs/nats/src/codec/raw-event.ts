import type { JsMsg } from '@nats-io/jetstream';
import {
  carriedHeaderNames,
  headerNames,
  limits,
  type RawEvent,
  SharedTexts,
  type Subjects,
} from '#contracts';
import { headerBlock, headerIn } from './header-block.js';
import { ownText, utf8Text } from './text.js';

/**
 * A journal has many events and few keys, and fewer types. Finding the copy there is costs half of making one, and
 * whoever looks something up by it compares a pointer.
 */
const keys = new SharedTexts(16_384, ownText);
const types = new SharedTexts(256, ownText);

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
    this.key = keys.share(subjects.journalKey(message.subject) ?? message.subject);
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
    const isType = name === headerNames.type || name === carriedHeaderNames.type;
    // Cut before it is copied: a part of a copy would keep all of it.
    const part = value.slice(0, limits.attributeLengthMax);
    return isType ? types.share(part) : ownText(part);
  };
}
