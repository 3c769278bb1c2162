import type { EventAttributes } from '#contracts';

/** Who acts, as every write says it. */
export interface Actor {
  readonly actor?: string;
  readonly reason?: string;
  readonly traceparent?: string;
  readonly source?: string;
}

/** Ids and the writer's own time come from outside, so that the rest can be tested with known ones. */
export interface EventIdentity {
  newId(): string;
  nowIso(): string;
}

export function attributesOf(identity: EventIdentity, type: string, by: Actor): EventAttributes {
  return {
    id: identity.newId(),
    time: identity.nowIso(),
    type,
    ...(by.actor === undefined ? {} : { actor: by.actor }),
    ...(by.reason === undefined ? {} : { reason: by.reason }),
    ...(by.traceparent === undefined ? {} : { traceparent: by.traceparent }),
    ...(by.source === undefined ? {} : { source: by.source }),
  };
}
