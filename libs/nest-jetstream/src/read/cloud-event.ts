import type { MsgHdrs } from '@nats-io/nats-core';

/** Attributes of a CloudEvent 1.0 that came in the binary mode of NATS: one header each, `ce-` before the name. */
export interface CloudEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly source: string | undefined;
  readonly time: string | undefined;
  readonly subject: string | undefined;
  /** Attributes beyond these, by their names without `ce-`. */
  readonly extensions: Readonly<Record<string, string>>;
}

const known = new Set(['specversion', 'id', 'type', 'source', 'time', 'subject']);

/** The attributes, or undefined for a message that is no CloudEvent. */
export function readCloudEvent(headers: MsgHdrs | undefined): CloudEvent | undefined {
  if (headers === undefined) return undefined;
  const attributes = new Map<string, string>();
  for (const [name, [value]] of headers) {
    if (name.toLowerCase().startsWith('ce-')) attributes.set(name.slice(3).toLowerCase(), value ?? '');
  }
  const type = attributes.get('type');
  if (type === undefined) return undefined;
  const extensions = [...attributes].filter(([name]) => !known.has(name));
  return {
    id: attributes.get('id'),
    type,
    source: attributes.get('source'),
    time: attributes.get('time'),
    subject: attributes.get('subject'),
    extensions: Object.fromEntries(extensions),
  };
}
