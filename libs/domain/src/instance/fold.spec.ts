import { describe, expect, it } from '@jest/globals';
import {
  eventTypes,
  type InstanceRecord,
  type InstanceView,
  limits,
  type OverrideRecord,
  type RegistryEvent,
  type VerdictState,
} from '#contracts';
import type { ViewEntry } from '../view/entry.js';
import { evolve, type Evolved } from '../view/evolve.js';

const names = { namespace: 'default', service: 'orders', instance: 'orders-1' };
const noon = Date.UTC(2026, 0, 1, 12);

/** Tells a story event by event and gives back the last answer. Every event is a minute after the one before. */
class Story {
  entry: ViewEntry | undefined;
  answer: Evolved = { kind: 'unchanged' };
  #sequence = 0;
  #atMs = noon;

  get view(): InstanceView {
    return this.entry?.record as InstanceView;
  }

  after(ms: number): this {
    this.#atMs += ms - 60_000;
    return this;
  }

  registered(incarnation: number, fields: object = {}): this {
    return this.#instance(eventTypes.instanceRegistered, incarnation, fields);
  }

  updated(incarnation: number, fields: object = {}): this {
    return this.#instance(eventTypes.instanceUpdated, incarnation, fields);
  }

  deregistered(incarnation: number): this {
    return this.#instance(eventTypes.instanceDeregistered, incarnation, { status: 'down' });
  }

  override(fields: Partial<OverrideRecord>): this {
    const type = fields.removed === true ? eventTypes.overrideRemoved : eventTypes.overrideSet;
    return this.#tell({
      type,
      aggregate: { kind: 'override', ...names },
      data: { ...names, ...fields },
      actor: 'alice',
    });
  }

  verdict(state: VerdictState, incarnation: number): this {
    const data = { ...names, incarnation, state, evidence: { signal: 'sweep', hunch: 'ignored' } };
    return this.#tell({
      type: `rollcall.verdict.${state}.v1`,
      aggregate: { kind: 'verdict', ...names },
      data,
    });
  }

  #instance(type: string, incarnation: number, fields: object): this {
    const data = {
      ...names,
      incarnation,
      version: '1.0.0',
      status: 'up',
      endpoints: [],
      leaseMs: 0,
      ...fields,
    };
    return this.#tell({ type, aggregate: { kind: 'instance', ...names }, data: data as InstanceRecord });
  }

  #tell(event: object): this {
    this.#sequence += 1;
    this.#atMs += 60_000;
    const whole = { id: `event-${this.#sequence}`, sequence: this.#sequence, atMs: this.#atMs, ...event };
    this.answer = evolve(this.entry, whole as unknown as RegistryEvent);
    if (this.answer.kind === 'changed') this.entry = this.answer.entry;
    return this;
  }
}

const refused = (reason: string) => ({
  kind: 'refused',
  rejection: { code: 'ROLLCALL_EVENT_REFUSED', reason },
});

describe('what a service says is refused when', () => {
  it('an older incarnation registers after a newer one', () => {
    const { answer, view } = new Story().registered(2).registered(1);
    expect(answer).toEqual(refused('incarnation 1 was superseded by 2'));
    expect(view.incarnation).toBe(2);
  });

  it('nobody was registered', () => {
    expect(new Story().updated(1).answer).toEqual(refused('incarnation 1 was never registered'));
    expect(new Story().deregistered(1).answer).toEqual(refused('incarnation 1 was never registered'));
  });

  it('another incarnation speaks than the registered one', () => {
    expect(new Story().registered(2).updated(1).answer).toEqual(
      refused('incarnation 1 is not the registered one, 2'),
    );
    expect(new Story().registered(2).deregistered(3).answer).toEqual(
      refused('incarnation 3 is not the registered one, 2'),
    );
  });

  it('it has said good-bye already', () => {
    const { answer } = new Story().registered(1).deregistered(1).updated(1);
    expect(answer).toEqual(refused('incarnation 1 has already deregistered'));
  });
});

describe('an instance', () => {
  it('that registers again in the same incarnation starts anew: an expiry before it is over', () => {
    const { view } = new Story().registered(1).verdict('expired', 1).registered(1);
    expect(view).toMatchObject({ status: 'up', registeredSequence: 3, revision: 3 });
    expect(view.verdict).toBe(undefined);
  });

  it('keeps its registration when it changes what it says', () => {
    const { view } = new Story().registered(1).updated(1, { status: 'overloaded', weight: 7 });
    expect(view).toMatchObject({ status: 'overloaded', weight: 7, registeredSequence: 1, revision: 2 });
    expect(view.registeredAt).toBe('2026-01-01T12:01:00.000Z');
  });

  it('that left may come back as a newer incarnation', () => {
    const { view } = new Story().registered(1).deregistered(1).registered(2);
    expect(view).toMatchObject({ status: 'up', incarnation: 2 });
    expect(view).not.toHaveProperty('left');
  });

  it('that was evicted stays out until a newer incarnation comes', () => {
    const story = new Story().registered(1).override({ evictedIncarnation: 1 });
    expect(story.view.departure).toBe('evicted');
    expect(story.registered(1).view.departure).toBe('evicted');
    expect(story.registered(2).view.departure).toBe(undefined);
  });

  it('carries nothing into the view that this version does not know', () => {
    const strange = {
      departure: 'expired',
      override: { status: 'draining' },
      revision: 99,
      left: true,
      colour: 'red',
    };
    const { view } = new Story().registered(1, strange).verdict('suspected', 1);
    expect(view).toMatchObject({ status: 'suspect', revision: 1 });
    for (const field of ['departure', 'override', 'left', 'colour']) expect(view).not.toHaveProperty(field);
    expect(view.verdict?.evidence).toEqual({ signal: 'sweep' });
  });
});

describe('a late verdict', () => {
  it('about an earlier incarnation does not bring an expired instance back', () => {
    const story = new Story().registered(2).verdict('expired', 2);
    expect(story.verdict('suspected', 1).answer).toEqual({ kind: 'unchanged' });
    expect(story.view.departure).toBe('expired');
  });

  it('about an incarnation that is still to come does not either', () => {
    const story = new Story().registered(2).verdict('suspected', 2).verdict('cleared', 3);
    expect(story.view.status).toBe('suspect');
  });

  it('does not touch the incarnation that came meanwhile', () => {
    expect(new Story().registered(1).registered(2).verdict('expired', 1).view.status).toBe('up');
  });
});

describe('an override', () => {
  it('outlives a new registration', () => {
    const { view } = new Story().registered(1).override({ status: 'draining' }).registered(2);
    expect(view).toMatchObject({
      status: 'draining',
      reported: { status: 'up' },
      override: { actor: 'alice' },
    });
  });

  it('may be laid in advance, on an instance nobody sees yet', () => {
    const story = new Story().override({ weight: 5 });
    expect(story.view).toMatchObject({ incarnation: 0, departure: 'unregistered', override: { weight: 5 } });
    expect(story.registered(1).view).toMatchObject({ status: 'up', weight: 5 });
  });

  it('is replaced as a whole by the next, and lifted without a rest', () => {
    const story = new Story()
      .registered(1)
      .override({ status: 'draining', weight: 5 })
      .override({ weight: 6 });
    expect(story.view).toMatchObject({ status: 'up', weight: 6 });
    const { view } = story.override({ removed: true, weight: 6 });
    expect(view).toMatchObject({ status: 'up', weight: limits.weightDefault });
    expect(view.override).toEqual({ sequence: 4, at: '2026-01-01T12:04:00.000Z', actor: 'alice' });
  });
});

describe('a tombstone', () => {
  const left = () => new Story().registered(5).deregistered(5);

  it('holds older incarnations off for a day of broker time, to the millisecond', () => {
    expect(left().after(limits.tombstoneMs).registered(1).answer.kind).toBe('refused');
    expect(
      left()
        .after(limits.tombstoneMs + 1)
        .registered(1).answer.kind,
    ).toBe('changed');
  });

  it('is never made by time alone: whoever is present is remembered for ever', () => {
    expect(
      new Story()
        .registered(5)
        .after(100 * limits.tombstoneMs)
        .registered(1).answer.kind,
    ).toBe('refused');
  });

  it('keeps the status and weight an operator laid over it, also once it is forgotten', () => {
    const story = left().override({ status: 'maintenance', evictedIncarnation: 5 });
    const { view } = story.after(limits.tombstoneMs + 1).registered(1);
    expect(view).toMatchObject({ incarnation: 1, status: 'maintenance' });
    expect(view.override).not.toHaveProperty('evictedIncarnation');
  });

  it('is forgotten with its eviction, so that a first incarnation may come again', () => {
    const evicted = new Story().registered(5).override({ evictedIncarnation: 5 });
    expect(evicted.after(limits.tombstoneMs + 1).registered(1).view).toMatchObject({
      status: 'up',
      incarnation: 1,
    });
  });

  it('that was forgotten leaves nothing behind under a new override', () => {
    const { view } = left()
      .after(limits.tombstoneMs + 1)
      .override({ weight: 5 });
    expect(view).toMatchObject({ incarnation: 0, departure: 'unregistered', revision: 0 });
  });
});
