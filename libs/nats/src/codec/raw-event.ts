import type { JsMsg } from '@nats-io/jetstream';
import type { RawEvent, Subjects } from '#contracts';
import { headerBlock, headerIn } from './header-block.js';

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** A delivered journal message as the contracts read it: header and body are decoded only when asked for. */
export function rawEvent(message: JsMsg, subjects: Subjects): RawEvent {
  let block: string | undefined;
  return {
    sequence: message.info.streamSequence,
    atMs: Math.floor(message.info.timestampNanos / 1e6),
    key: subjects.journalKey(message.subject) ?? message.subject,
    bytes: message.data.length,
    header: (name) => headerIn((block ??= headerBlock(message)), name),
    text: () => strictDecoder.decode(message.data),
  };
}
