import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHistory } from '#testkit';
import { type InstanceAggregateId, type RegistryEvent, viewKeyOf } from '#contracts';
import { isPresent, type ViewEntry } from './entry.js';
import { evolve } from './evolve.js';

/**
 * A deliberately dumb second implementation of the view, written from the decision records: it keeps the list
 * of events that count, looks everything up by scanning it, and works nothing out in advance.
 */
type Story = readonly RegistryEvent[];

const A_DAY = 24 * 60 * 60 * 1000;

/** What no other aggregate is joined with: the last event says it all. */
const isPlain = ({ aggregate }: RegistryEvent) => !('instance' in aggregate);
const saidByService = (story: Story) => story.filter(({ type }) => type.startsWith('rollcall.instance.'));
const birthIn = (story: Story) => story.findLast(({ type }) => type === 'rollcall.instance.registered.v1');
const overrideIn = (story: Story) => story.findLast(({ type }) => type.startsWith('rollcall.override.'));
const incarnationOf = (event: RegistryEvent | undefined) =>
  (event?.data as { incarnation?: number })?.incarnation;
const liftsOverride = (event: RegistryEvent) => event.type === 'rollcall.override.removed.v1';

function fieldOfOverride(story: Story, field: string): unknown {
  const event = overrideIn(story);
  return event === undefined || liftsOverride(event)
    ? undefined
    : (event.data as unknown as Record<string, unknown>)[field];
}

/** Whether a verdict says nothing about which birth it means, or means this one. */
function isAboutBirth(verdict: RegistryEvent, birth: RegistryEvent): boolean {
  const { registeredSequence } = verdict.data as { registeredSequence?: number };
  return registeredSequence === undefined || registeredSequence === birth.sequence;
}

/** A good-bye that is taken back makes who has a lease a suspect. */
const suspectsByUndo = (event: RegistryEvent) =>
  event.type === 'rollcall.instance.reinstated.v1' && (event.data as { leaseMs: number }).leaseMs > 0;

/** The last verdict after the birth that is about the incarnation born. */
function verdictIn(story: Story): RegistryEvent | undefined {
  const birth = birthIn(story);
  return story.findLast(
    (event) =>
      birth !== undefined &&
      (event.type.startsWith('rollcall.verdict.') || suspectsByUndo(event)) &&
      event.sequence > birth.sequence &&
      incarnationOf(event) === incarnationOf(birth) &&
      isAboutBirth(event, birth),
  );
}

function whyGone(story: Story): string | undefined {
  if (birthIn(story) === undefined) return 'unregistered';
  const last = saidByService(story).at(-1);
  if (last?.type === 'rollcall.instance.deregistered.v1') return 'deregistered';
  const evicted = fieldOfOverride(story, 'evictedIncarnation');
  if (typeof evicted === 'number' && evicted >= (incarnationOf(last) ?? 0)) return 'evicted';
  return verdictIn(story)?.type === 'rollcall.verdict.expired.v1' ? 'expired' : undefined;
}

/** After a day a tombstone is forgotten. Status and weight that an operator laid over it stay, an eviction does not. */
function remembered(story: Story, nowMs: number): Story {
  const last = story.at(-1);
  if (last === undefined || isPlain(last)) return story;
  if (whyGone(story) === undefined || nowMs - last.atMs <= A_DAY) return story;
  const override = overrideIn(story);
  const stays =
    fieldOfOverride(story, 'status') !== undefined || fieldOfOverride(story, 'weight') !== undefined;
  if (override === undefined || !stays) return [];
  return [
    { ...override, data: { ...override.data, evictedIncarnation: undefined } } as unknown as RegistryEvent,
  ];
}

/** Whether an event counts, is late (says nothing to anybody), or breaks a rule. */
function judge(story: Story, event: RegistryEvent): 'counts' | 'late' | 'refused' {
  const { kind } = event.aggregate;
  if (event.carried !== undefined) return 'late';
  if (isPlain(event) || kind === 'override') return 'counts';
  const last = saidByService(story).at(-1);
  const incarnation = incarnationOf(event) ?? 0;
  if (kind === 'verdict') {
    const birth = birthIn(story);
    const isAbout = birth !== undefined && isAboutBirth(event, birth);
    return isAbout && incarnationOf(birth) === incarnation ? 'counts' : 'late';
  }
  if (event.type === 'rollcall.instance.registered.v1') {
    return saidByService(story).some((earlier) => (incarnationOf(earlier) ?? 0) > incarnation)
      ? 'refused'
      : 'counts';
  }
  if (last === undefined || incarnationOf(last) !== incarnation) return 'refused';
  const hasLeft = last.type === 'rollcall.instance.deregistered.v1';
  return hasLeft === (event.type === 'rollcall.instance.reinstated.v1') ? 'counts' : 'refused';
}

const isoOf = (event: RegistryEvent) => new Date(event.atMs).toISOString();

/** Leaves out what is undefined, as JSON would. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));

function showOverride(story: Story): object | undefined {
  const override = overrideIn(story);
  return (
    override && {
      sequence: override.sequence,
      at: isoOf(override),
      status: fieldOfOverride(story, 'status'),
      weight: fieldOfOverride(story, 'weight'),
      evictedIncarnation: fieldOfOverride(story, 'evictedIncarnation'),
      actor: override.actor,
      reason: override.reason,
    }
  );
}

function showVerdict(story: Story): object | undefined {
  const verdict = verdictIn(story);
  if (verdict === undefined) return undefined;
  if (suspectsByUndo(verdict)) {
    const registeredSequence = birthIn(story)?.sequence;
    const about = { incarnation: incarnationOf(verdict), registeredSequence };
    const evidence = { signal: 'undo', observer: verdict.actor };
    return { sequence: verdict.sequence, at: isoOf(verdict), ...about, state: 'suspected', evidence };
  }
  const { incarnation, registeredSequence, state, evidence } = verdict.data as unknown as Record<
    string,
    unknown
  >;
  const about = { incarnation, registeredSequence };
  return { sequence: verdict.sequence, at: isoOf(verdict), ...about, state, evidence };
}

function showStatus(story: Story, said: string): unknown {
  if (whyGone(story) !== undefined) return 'down';
  const finding = verdictIn(story)?.type;
  if (finding !== undefined && finding !== 'rollcall.verdict.cleared.v1') return 'suspect';
  return fieldOfOverride(story, 'status') ?? said;
}

function showRegistered(story: Story, birth: RegistryEvent, last: RegistryEvent): object {
  const said = { weight: 100, tags: [], metadata: {}, ...last.data } as unknown as {
    status: string;
    weight: number;
  };
  const status = showStatus(story, said.status);
  const weight = fieldOfOverride(story, 'weight') ?? said.weight;
  const differs = status !== said.status || weight !== said.weight;
  const reported = {
    status: status === said.status ? undefined : said.status,
    weight: weight === said.weight ? undefined : said.weight,
  };
  return {
    ...said,
    status,
    weight,
    reported: differs ? reported : undefined,
    registeredSequence: birth.sequence,
    registeredAt: isoOf(birth),
    revision: last.sequence,
    override: showOverride(story),
    verdict: showVerdict(story),
    departure: whyGone(story),
    left: last.type === 'rollcall.instance.deregistered.v1' ? true : undefined,
  };
}

function showStandIn(story: Story, { namespace, service, instance }: InstanceAggregateId): object {
  const nothing = {
    version: '0.0.0',
    status: 'down',
    endpoints: [],
    weight: 0,
    tags: [],
    metadata: {},
    leaseMs: 0,
  };
  const never = {
    incarnation: 0,
    registeredSequence: 0,
    registeredAt: '',
    revision: 0,
    departure: 'unregistered',
  };
  return { namespace, service, instance, ...nothing, ...never, override: showOverride(story) };
}

/** Which words end the life of a thing of config, and what the view calls that. */
const lastWords =
  /\.(?:override-|schema-|gray-|schedule-)?(deleted|removed|completed|withdrawn|stopped|cancelled|skipped|applied)\.v1$/;

function showPlain({ type, data, sequence }: RegistryEvent): object {
  const shown = { ...data, revision: sequence, deleted: undefined, removed: undefined };
  const departure = type.startsWith('rollcall.config.') ? lastWords.exec(type)?.[1] : undefined;
  return { ...shown, departure };
}

function showRecord(story: Story, newest: RegistryEvent): object {
  const birth = birthIn(story);
  const last = saidByService(story).at(-1);
  if (isPlain(newest)) return showPlain(newest);
  if (birth === undefined || last === undefined)
    return showStandIn(story, newest.aggregate as InstanceAggregateId);
  return showRegistered(story, birth, last);
}

function show(story: Story): unknown {
  const last = story.at(-1);
  if (last === undefined) return undefined;
  const { id, type, actor, reason, traceparent } = last;
  const cause = { id, type, actor, reason, traceparent };
  return plain({ sequence: last.sequence, at: isoOf(last), cause, record: showRecord(story, last) });
}

/** The whole history of one key, told from the beginning. */
function tell(events: Story): { shown: unknown; refused: number[]; story: Story } {
  let story: Story = [];
  const refused: number[] = [];
  for (const event of events) {
    const base = remembered(story, event.atMs);
    const verdict = judge(base, event);
    if (verdict === 'counts') story = [...base, event];
    if (verdict === 'refused') refused.push(event.sequence);
  }
  return { shown: show(story), refused, story };
}

/** The same by evolve. */
function fold(events: Story): { shown: ViewEntry | undefined; refused: number[] } {
  let entry: ViewEntry | undefined;
  const refused: number[] = [];
  for (const event of events) {
    const evolved = evolve(entry, event);
    if (evolved.kind === 'changed') ({ entry } = evolved);
    if (evolved.kind === 'refused') refused.push(event.sequence);
  }
  return { shown: entry, refused };
}

/** What is alive, said again behind the last event and before the next: a registration before what is laid over it. */
function sayAgain(story: Story, end: RegistryEvent): Story {
  const last = isPlain(end) ? story.at(-1) : saidByService(story).at(-1);
  const birth = birthIn(story);
  const said = [last, overrideIn(story), verdictIn(story)].filter((event) => event !== undefined);
  return said.map((event, index) => {
    const { sequence, atMs, id } = event;
    const registered = event === last && birth && { sequence: birth.sequence, atMs: birth.atMs };
    const carried = { sequence, atMs, id, ...(registered && { registered }) };
    const place = { sequence: end.sequence + (index + 1) / 8, atMs: end.atMs, id: `again-${index}` };
    return { ...event, ...place, carried };
  });
}

describe('the view', () => {
  it('goes on as if nothing had been said when the living are carried, and when all before that is cut off', () => {
    let cuts = 0;
    fc.assert(
      fc.property(anyHistory(), fc.nat(), (history, at) => {
        for (const key of new Set(history.map(({ aggregate }) => viewKeyOf(aggregate)))) {
          const events = history.filter(({ aggregate }) => viewKeyOf(aggregate) === key);
          const head = events.slice(0, 1 + (at % events.length));
          const tail = events.slice(head.length);
          const entry = fold(head).shown;
          if (entry === undefined || !isPresent(entry)) continue;
          const again = sayAgain(tell(head).story, head.at(-1) as RegistryEvent);
          const { shown, refused } = tell([...head, ...again, ...tail]);
          expect({ shown, refused }).toEqual(fold(events));
          expect(fold([...head, ...again, ...tail])).toEqual({ shown, refused });
          // Not told yet: a suspicion that an undo raised has no verdict of its own that could be said again.
          const finding = verdictIn(tell(head).story);
          if (finding !== undefined && suspectsByUndo(finding)) continue;
          expect(fold([...again, ...tail])).toEqual({
            shown,
            refused: fold(events).refused.slice(fold(head).refused.length),
          });
          cuts += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(cuts).toBeGreaterThan(500);
  });

  it('is what a dumb list-scan over the whole history says, refused events included', () => {
    fc.assert(
      fc.property(anyHistory(), (history) => {
        for (const key of new Set(history.map(({ aggregate }) => viewKeyOf(aggregate)))) {
          const events = history.filter(({ aggregate }) => viewKeyOf(aggregate) === key);
          const { shown, refused } = tell(events);
          expect(fold(events)).toEqual({ shown, refused });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is compared on histories in which everything happens', () => {
    const seen = new Set<string>();
    for (const history of fc.sample(anyHistory(), { numRuns: 300, seed: 1 })) {
      for (const key of new Set(history.map(({ aggregate }) => viewKeyOf(aggregate)))) {
        const events = history.filter(({ aggregate }) => viewKeyOf(aggregate) === key);
        const { shown, refused } = fold(events);
        const record = (shown?.record ?? {}) as { status?: string; departure?: string };
        seen.add(record.departure ?? record.status ?? 'nothing');
        if (refused.length > 0) seen.add('refused');
      }
    }
    const everything = [
      'deregistered',
      'expired',
      'evicted',
      'unregistered',
      'suspect',
      'up',
      'draining',
      'refused',
    ];
    expect([...seen]).toEqual(expect.arrayContaining(everything));
  });
});
