import type { Msg } from '@nats-io/nats-core';
import type { InstanceView, ViewRecord } from '#contracts';

/**
 * Whether what the view tells of an instance id is a reason to look at the journal: a newer incarnation, this one gone,
 * or something said about it since its own last event.
 */
export function isNewsAbout(
  own: { readonly incarnation: number; readonly sequence: number },
  message: Msg,
): boolean {
  const record = recordIn(message);
  if (record === undefined) return false;
  if (record.incarnation !== own.incarnation) return record.incarnation > own.incarnation;
  return record.departure !== undefined || record.revision > own.sequence;
}

function recordIn(message: Msg): InstanceView | undefined {
  try {
    return message.json<ViewRecord<InstanceView>>().record;
  } catch {
    return undefined;
  }
}
