import { createHash } from 'node:crypto';
import { limits, quote, RollcallError } from '#contracts';
import type { HandlerOptions, HandlerPlan, JetStreamServerOptions } from './options.js';

const DEFAULTS = {
  concurrency: 10,
  maxAckPending: 1_000,
  ackWaitMs: 30_000,
  backoffMs: [1_000, 5_000, 30_000, 120_000],
  maxDeliveries: 5,
  handlerTimeoutMs: 300_000,
  start: 'all',
} as const;

/** What a handler is run with: its own options before the server's before the defaults. Throws what cannot work. */
export function planHandler(
  pattern: string,
  server: JetStreamServerOptions,
  extras: HandlerOptions = {},
): HandlerPlan {
  checkPattern(pattern);
  const given = { ...DEFAULTS, ...defined(server), ...defined(extras) };
  const { stream, concurrency, maxAckPending, ackWaitMs, backoffMs, maxDeliveries, handlerTimeoutMs } = given;
  const { transportConcurrencyMax, transportDelayMsMax, transportDeliveriesMax } = limits;
  checkNumber('concurrency', concurrency, [1, transportConcurrencyMax]);
  checkNumber('maxAckPending', maxAckPending, [1, 1_000_000]);
  checkNumber('ackWaitMs', ackWaitMs, [limits.transportAckWaitMsMin, transportDelayMsMax]);
  checkNumber('maxDeliveries', maxDeliveries, [1, transportDeliveriesMax]);
  checkNumber('handlerTimeoutMs', handlerTimeoutMs, [1, transportDelayMsMax]);
  if (!Array.isArray(backoffMs) || backoffMs.length === 0)
    throw invalid(`backoffMs is ${quote(backoffMs)}; it is a list of waiting times`);
  for (const waitMs of backoffMs) checkNumber('backoffMs', waitMs, [0, transportDelayMsMax]);
  return {
    pattern,
    consumer: consumerName(server.durable, pattern),
    stream,
    concurrency,
    maxAckPending,
    ackWaitMs,
    backoffMs,
    maxDeliveries,
    handlerTimeoutMs,
    start: given.start,
    deadLetter: given.deadLetter,
  };
}

/** The waiting time before an event is tried again after so many tries. */
export function waitMsAfter(deliveries: number, backoffMs: readonly number[]): number {
  return backoffMs[Math.min(deliveries, backoffMs.length) - 1] ?? 0;
}

/**
 * A subject as NATS filters by it: tokens separated by dots, `*` for one token, `>` for all the rest.
 * Source: docs.nats.io, "Subject-Based Messaging".
 */
function checkPattern(pattern: string): void {
  const tokens = pattern.split('.');
  const isSound = tokens.every(
    (token, index) =>
      token === '*' || (token === '>' ? index === tokens.length - 1 : /^[^\s*>{}"]+$/.test(token)),
  );
  if (isSound) return;
  throw invalid(
    `the pattern ${quote(pattern)} is no subject of NATS: tokens are separated by dots, "*" stands for a whole token, ">" for all the rest`,
  );
}

/** Two patterns never share a name, although a name may hold fewer characters than a pattern. */
function consumerName(durable: string, pattern: string): string {
  if (typeof durable !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(durable))
    throw invalid(`durable is ${quote(durable)}; allowed are 1 to 64 letters, digits, "-" and "_"`);
  const readable = pattern
    .replaceAll('*', 'any')
    .replaceAll('>', 'all')
    .replaceAll(/[^A-Za-z0-9_]+/g, '-');
  const checksum = createHash('sha256').update(pattern).digest('hex').slice(0, 8);
  return `${durable}-${readable.slice(0, 64)}-${checksum}`;
}

function checkNumber(name: string, value: unknown, [min, max]: readonly [number, number]): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw invalid(`${name} is ${quote(value)}; allowed are whole numbers from ${min} to ${max}`);
}

function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

export function invalid(what: string): RollcallError {
  return new RollcallError('ROLLCALL_TRANSPORT_INVALID', what);
}
