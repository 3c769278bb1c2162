/** How long to wait, and for what, before an instance that drains may go. */
export interface DrainOptions {
  readonly reason?: string;
  /** How long callers have to hear of it once the view shows it, in ms. Default 1,000. */
  readonly settleMs?: number;
  /** All of it takes no longer than this, in ms. Default 10,000. */
  readonly timeoutMs?: number;
}

/** How far draining came in its time. */
export interface Drained {
  /** The journal holds `draining`. */
  readonly isAnnounced: boolean;
  /** The view shows it, and callers had the time to hear of it. */
  readonly isApplied: boolean;
  /** Requests that were still being served at the end; undefined when nobody counts them. */
  readonly callsInFlight: number | undefined;
}

export interface DrainSteps {
  /** Journals `draining`; resolves with the sequence. */
  readonly announce: () => Promise<number>;
  readonly reached: (sequence: number, timeoutMs: number) => Promise<void>;
  readonly callsInFlight: () => number | undefined;
}

const SETTLE_MS = 1_000;
const TIMEOUT_MS = 10_000;
/** A journal that does not take the word in so long is away, and nobody hears it. */
const ANNOUNCE_MS_MAX = 2_000;
const LOOK_MS = 20;

/**
 * Says `draining`, waits until the view shows it, gives callers time to hear of it, then waits for the requests
 * being served. What takes too long is left: a process that is told to stop must stop.
 */
export async function drain(steps: DrainSteps, options: DrainOptions): Promise<Drained> {
  const { settleMs = SETTLE_MS, timeoutMs = TIMEOUT_MS } = options;
  const deadlineMs = performance.now() + timeoutMs;
  const leftMs = (): number => Math.max(0, deadlineMs - performance.now());
  const sequence = await within(Math.min(leftMs(), ANNOUNCE_MS_MAX), steps.announce());
  if (sequence === undefined)
    return { isAnnounced: false, isApplied: false, callsInFlight: steps.callsInFlight() };
  const isShown =
    (await within(
      leftMs(),
      steps.reached(sequence, leftMs()).then(() => true),
    )) ?? false;
  const hasTime = leftMs() >= settleMs;
  await delay(Math.min(settleMs, leftMs()));
  while ((steps.callsInFlight() ?? 0) > 0 && leftMs() > 0) await delay(Math.min(LOOK_MS, leftMs()));
  return { isAnnounced: true, isApplied: isShown && hasTime, callsInFlight: steps.callsInFlight() };
}

/** Undefined when it takes longer, or fails: the way out does not depend on it. */
async function within<Result>(timeoutMs: number, step: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  return Promise.race([step.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

function delay(timeoutMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timeoutMs));
}
