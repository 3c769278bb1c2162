import { setTimeout as delay } from 'node:timers/promises';
import { checkName, decodeEvent, headerNames, quote, type RawEvent } from '#contracts';
import { type Moment, parseMoment, toTime } from '#domain';
import { usage } from '../input/usage.js';
import { plain } from '../output/plain.js';
import { drained, print, printJsonLine, remark } from '../output/print.js';
import type { Session } from '../session.js';
import type { Command } from './command.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly service?: string;
  readonly speed?: string;
  readonly allNamespaces?: boolean;
}

/** Events are read in pieces of so many sequences, so that a slow reader or a slow replay holds few in memory. */
const PIECE = 5_000;

/** Prints the journal, or a part of it, as it was written. */
export const replay: Command<Options> = async (context, options) => {
  const { session, json } = context;
  const patterns = patternsOf(context.namespace, options);
  const nowMs = Date.now();
  const speed = speedOf(options.speed);
  const ends = await session.journal.ends();
  const place = parseMoment(options.from ?? '1', nowMs);
  const first = await firstSequence(session, place);
  await tellWhatIsGone(session, place, ends.firstSequence);
  const last = Math.min(ends.lastSequence, await lastSequence(session, options.to, nowMs));
  let previousAtMs: number | undefined;
  for (let from = Math.max(first, ends.firstSequence); from <= last; from += PIECE) {
    const events: RawEvent[] = [];
    const range = { from: { sequence: from }, toSequence: Math.min(last, from + PIECE - 1) };
    await session.journal.read({ ...range, ...(patterns === undefined ? {} : { patterns }) }, (event) =>
      events.push(event),
    );
    for (const event of events) {
      if (speed > 0 && previousAtMs !== undefined)
        await delay(Math.max(0, event.atMs - previousAtMs) / speed);
      previousAtMs = event.atMs;
      if (json) printJsonLine(storyOf(event));
      else print(lineOf(event));
      await drained();
    }
  }
};

function patternsOf(namespace: string, { service, allNamespaces }: Options): string[] | undefined {
  if (service !== undefined) {
    checkName('service', service);
    const ofInstances = ['instance', 'override', 'verdict'].map(
      (kind) => `${namespace}.${kind}.${service}.*`,
    );
    return [...ofInstances, `${namespace}.service.${service}`, `${namespace}.protection.${service}`];
  }
  return allNamespaces === true ? undefined : [`${namespace}.>`];
}

/** 0: as fast as it goes. @throws ROLLCALL_USAGE */
export function speedOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const speed = Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw usage(
    `speed ${quote(text)} is not a number above 0`,
    'Write 1 for the pace it was written at, 10 for ten times that.',
  );
}

/** Whoever asks for more than there is must not take the rest for all of it. */
async function tellWhatIsGone({ journal }: Session, place: Moment, begins: number): Promise<void> {
  if (begins <= 1 || ('sequence' in place && place.sequence >= begins)) return;
  const first = await journal.at(begins);
  if (first === undefined || ('time' in place && place.time.getTime() >= first.atMs)) return;
  remark(
    `history begins with sequence ${begins}, ${toTime(first.atMs)}: what was before it is no longer in the journal`,
  );
}

/** The first event at or after a place; one past the end when there is none. */
async function firstSequence({ journal }: Session, place: Moment): Promise<number> {
  if ('sequence' in place) return Math.max(1, place.sequence);
  return (await journal.firstAt(place.time)) ?? Infinity;
}

/** The last event at or before a place. */
async function lastSequence(session: Session, to: string | undefined, nowMs: number): Promise<number> {
  if (to === undefined) return Infinity;
  const place = parseMoment(to, nowMs);
  if ('sequence' in place) return place.sequence;
  return (await firstSequence(session, { time: new Date(place.time.getTime() + 1) })) - 1;
}

/** An event with what came of reading it. */
function storyOf(raw: RawEvent): Readonly<Record<string, unknown>> {
  const decoded = decodeEvent(raw);
  const story = { sequence: raw.sequence, at: toTime(raw.atMs), subject: raw.key };
  if (decoded.kind === 'rejected') return { ...story, outcome: 'unreadable', ...decoded.rejection };
  if (decoded.kind === 'unknown') return { ...story, outcome: 'unknown', type: decoded.type };
  const { id, type, actor, reason, source, data } = decoded.event;
  return { ...story, outcome: 'event', id, type, actor, reason, source, data };
}

/** `12 2026-11-22T15:04:05.123Z rollcall.instance.registered.v1 default.instance.orders.orders-1 by http:127.0.0.1 (why)` */
function lineOf(raw: RawEvent): string {
  const decoded = decodeEvent(raw);
  const head = `${raw.sequence} ${toTime(raw.atMs)}`;
  if (decoded.kind === 'rejected')
    return plain(`${head} UNREADABLE ${raw.key} ${decoded.rejection.code}: ${decoded.rejection.reason}`);
  const type = raw.header(headerNames.type) ?? '';
  const actor = raw.header(headerNames.actor);
  const reason = raw.header(headerNames.reason);
  const by = actor === undefined ? '' : ` by ${actor}`;
  return plain(`${head} ${type} ${raw.key}${by}${reason === undefined ? '' : ` (${reason})`}`);
}
