import type { JsMsg } from '@nats-io/jetstream';
import type { RawEvent, Subjects } from '#contracts';

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** A delivered journal message as the contracts read it: header and body are decoded only when asked for. */
export function rawEvent(message: JsMsg, subjects: Subjects): RawEvent {
  return {
    sequence: message.info.streamSequence,
    atMs: Math.floor(message.info.timestampNanos / 1e6),
    key: subjects.journalKey(message.subject) ?? message.subject,
    bytes: message.data.length,
    header: (name) => headerOf(message, name),
    text: () => strictDecoder.decode(message.data),
  };
}

function headerOf(message: JsMsg, name: string): string | undefined {
  const value = message.headers?.get(name);
  return value === undefined || value === '' ? undefined : value;
}
