import { describe, expect, it } from '@jest/globals';
import type { JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { createSubjects, headerNames, limits } from '#contracts';
import { rawEvent } from './raw-event.js';

describe('a delivered event', () => {
  it('gives of a header no more than the view can carry: who keeps it keeps nothing else', () => {
    const long = 'x'.repeat(100_000);
    const said = headers();
    for (const name of Object.values(headerNames)) said.set(name, long);
    const info = { streamSequence: 1, timestampNanos: 0 };
    const message = { subject: 'a', info, data: new Uint8Array(), headers: said } as unknown as JsMsg;
    const raw = rawEvent(message, createSubjects());
    for (const name of Object.values(headerNames))
      expect(raw.header(name)).toBe('x'.repeat(limits.attributeLengthMax));
  });
});
