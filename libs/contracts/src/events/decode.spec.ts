import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyNoise, anyReadable, rawEventOf, type RawParts } from '#testkit';
import { limits } from '../limits.js';
import { describeProblems, recordProblems } from '../records/validate.js';
import { recordClasses, type RecordKind } from '../records/schemas.js';
import { recordSchemas } from '../generated/record-schemas.js';
import { type Decoded, decodeEvent } from './decode.js';
import { headerNames } from './envelope.js';
import { aggregateOfType, eventTypes } from './types.js';

const kinds = Object.keys(recordClasses) as RecordKind[];
const key = 'default.instance.orders.orders-1';
const record = {
  namespace: 'default',
  service: 'orders',
  instance: 'orders-1',
  incarnation: 3,
  version: '1.4.2',
  status: 'up',
  endpoints: [],
  leaseMs: 0,
};
const registered: RawParts = {
  key,
  headers: { [headerNames.type]: eventTypes.instanceRegistered, [headerNames.id]: 'e-1' },
  body: JSON.stringify(record),
};
const decoded = (change: Partial<RawParts>) => decodeEvent(rawEventOf({ ...registered, ...change }));
const typed = (type: string) => ({ ...registered.headers, [headerNames.type]: type });
const rejected = (code: string, reason: RegExp) => ({
  kind: 'rejected',
  rejection: { code, reason: expect.stringMatching(reason) },
});

/** What is wrong with an answer about noise, if anything. */
function complaintAbout(answer: Decoded): string | undefined {
  if (answer.kind === 'unknown') return undefined;
  if (answer.kind === 'rejected') {
    const { length } = answer.rejection.reason;
    return length > 0 && length < 20_000 ? undefined : `a reason of ${length} characters`;
  }
  const { aggregate, type, data } = answer.event;
  if (aggregateOfType[type] !== aggregate.kind) return `${type} on ${aggregate.kind}`;
  const problems = recordProblems(aggregate.kind, data);
  return problems.length === 0 ? undefined : `an event with ${describeProblems(problems)}`;
}

describe('reading a journal message', () => {
  it.each(kinds)('gives back the %s record that was written, with its place in the journal', (kind) => {
    fc.assert(
      fc.property(anyReadable(kind), fc.nat(), fc.nat(), (parts, sequence, atMs) => {
        const result = decodeEvent(rawEventOf({ ...parts, sequence, atMs }));
        expect(result).toMatchObject({ kind: 'event', event: { sequence, atMs, data: parts.record } });
      }),
    );
  });

  it('never throws, and calls nothing an event that is not one', () => {
    fc.assert(
      fc.property(anyNoise(), (parts) => {
        expect(complaintAbout(decodeEvent(rawEventOf(parts)))).toBe(undefined);
      }),
      { numRuns: 1_500 },
    );
  });

  it('copies of a header no more than the view can carry', () => {
    const long = 'x'.repeat(100_000);
    const headers = Object.fromEntries(Object.values(headerNames).map((name) => [name, long]));
    const result = decoded({ headers: { ...headers, [headerNames.type]: eventTypes.instanceRegistered } });
    expect(JSON.stringify(result).length).toBeLessThan(10 * limits.attributeLengthMax);
    expect(decoded({ headers: typed(long) })).toEqual({
      kind: 'unknown',
      type: 'x'.repeat(limits.attributeLengthMax),
    });
  });

  it('takes the id from CloudEvents, else from the de-duplication id, else from the place in the journal', () => {
    const id = (headers: Record<string, string>) => {
      const result = decoded({
        headers: { [headerNames.type]: eventTypes.instanceRegistered, ...headers },
        sequence: 9,
      });
      return result.kind === 'event' ? result.event.id : undefined;
    };
    expect(id({ [headerNames.id]: 'a', [headerNames.messageId]: 'b' })).toBe('a');
    expect(id({ [headerNames.id]: '', [headerNames.messageId]: 'b' })).toBe('b');
    expect(id({})).toBe('sequence-9');
  });

  it("unwraps what Nest's emit() sends", () => {
    const body = JSON.stringify({ pattern: `registry.v1.${key}`, data: record });
    expect(decoded({ body })).toMatchObject({ kind: 'event', event: { data: record } });
  });

  it('never takes a body of ours for a Nest packet: no record has such a field', () => {
    for (const schema of Object.values(recordSchemas)) {
      const fields = Object.keys((schema as { properties: object }).properties);
      expect(fields).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(pattern|data|response|id)$/)]),
      );
    }
  });
});

describe('a message that cannot be an event', () => {
  it('of a type this version does not know is passed over', () => {
    expect(decoded({ headers: typed('rollcall.instance.teleported.v1') })).toEqual({
      kind: 'unknown',
      type: 'rollcall.instance.teleported.v1',
    });
    expect(decoded({ headers: typed('constructor') })).toEqual({ kind: 'unknown', type: 'constructor' });
  });

  it('without a type, or on a subject that names nothing, is malformed', () => {
    expect(decoded({ headers: {} })).toEqual(
      rejected('ROLLCALL_EVENT_MALFORMED', /header ce-type is missing/),
    );
    expect(decoded({ key: 'default.gossip.a' })).toEqual(
      rejected('ROLLCALL_EVENT_MALFORMED', /"default\.gossip\.a"/),
    );
  });

  it('that is not JSON, or not UTF-8, is malformed', () => {
    expect(decoded({ body: '{"a":' })).toEqual(rejected('ROLLCALL_EVENT_MALFORMED', /not JSON/));
    expect(decoded({ body: new Uint8Array([0x22, 0xff, 0x22]) })).toEqual(
      rejected('ROLLCALL_EVENT_MALFORMED', /UTF-8/),
    );
    expect(decoded({ body: '' })).toEqual(rejected('ROLLCALL_EVENT_MALFORMED', /not JSON/));
  });

  it('is malformed when nested deeper than the stack, wherever the nesting hides', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    const text = JSON.stringify(record);
    for (const field of ['tags', 'metadata', 'endpoints', 'status']) {
      const body = `${text.slice(0, -1)},"${field}":${deep}}`;
      expect(decoded({ body })).toEqual(rejected('ROLLCALL_EVENT_MALFORMED', new RegExp(field)));
    }
    expect(decoded({ body: deep })).toEqual(rejected('ROLLCALL_EVENT_MALFORMED', /./));
  });

  it('larger than the limit is refused before it is parsed', () => {
    const body = JSON.stringify({ ...record, extra: 'x'.repeat(limits.recordBytesMax) });
    expect(decoded({ body })).toEqual(
      rejected('ROLLCALL_RECORD_TOO_LARGE', new RegExp(String(limits.recordBytesMax))),
    );
  });

  it('with a broken field names the field and the value', () => {
    const body = JSON.stringify({ ...record, leaseMs: -5 });
    expect(decoded({ body })).toEqual(rejected('ROLLCALL_EVENT_MALFORMED', /leaseMs "-5"/));
  });
});

describe('a message that contradicts itself', () => {
  it.each(['namespace', 'service', 'instance'])('in its %s is refused, naming both', (name) => {
    const body = JSON.stringify({ ...record, [name]: 'other' });
    expect(decoded({ body })).toEqual(
      rejected(
        'ROLLCALL_EVENT_CONTRADICTS_SUBJECT',
        new RegExp(`${name} is "other" in the body and ".*" in the subject`),
      ),
    );
  });

  it('by a type that belongs to another aggregate is refused', () => {
    expect(decoded({ headers: typed(eventTypes.overrideSet) })).toEqual(
      rejected('ROLLCALL_EVENT_CONTRADICTS_SUBJECT', /belongs to "override", the subject to "instance"/),
    );
  });

  it('by a verdict whose state is not what its type says is refused', () => {
    const evidence = { signal: 'sweep' };
    const body = JSON.stringify({
      namespace: 'default',
      service: 'orders',
      instance: 'orders-1',
      incarnation: 3,
      state: 'expired',
      evidence,
    });
    const verdictKey = 'default.verdict.orders.orders-1';
    expect(decoded({ key: verdictKey, headers: typed(eventTypes.verdictSuspected), body })).toEqual(
      rejected('ROLLCALL_EVENT_CONTRADICTS_SUBJECT', /suspected.*expired/),
    );
    expect(decoded({ key: verdictKey, headers: typed(eventTypes.verdictExpired), body }).kind).toBe('event');
  });

  it('by a protection that is released and engaged at once is refused', () => {
    const counts = { presentCount: 4, goingCount: 3, sharePercent: 50 };
    const outcome = (type: string, engaged: boolean) =>
      decoded({
        key: 'default.protection.orders',
        headers: typed(type),
        body: JSON.stringify({ namespace: 'default', service: 'orders', engaged, ...counts }),
      }).kind;
    expect(outcome(eventTypes.protectionEngaged, true)).toBe('event');
    expect(outcome(eventTypes.protectionEngaged, false)).toBe('rejected');
    expect(outcome(eventTypes.protectionReleased, false)).toBe('event');
    expect(outcome(eventTypes.protectionReleased, true)).toBe('rejected');
  });

  it('by an override that is set and removed at once is refused', () => {
    const override = { namespace: 'default', service: 'orders', instance: 'orders-1', weight: 5 };
    const overrideKey = 'default.override.orders.orders-1';
    const outcome = (type: string, removed?: boolean) =>
      decoded({ key: overrideKey, headers: typed(type), body: JSON.stringify({ ...override, removed }) })
        .kind;
    expect(outcome(eventTypes.overrideSet)).toBe('event');
    expect(outcome(eventTypes.overrideSet, true)).toBe('rejected');
    expect(outcome(eventTypes.overrideRemoved, true)).toBe('event');
    expect(outcome(eventTypes.overrideRemoved)).toBe('rejected');
  });
});
