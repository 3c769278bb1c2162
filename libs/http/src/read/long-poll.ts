import type { IncomingMessage } from 'node:http';
import { limits, quote, RollcallError } from '#contracts';
import type { HttpParts } from '../http-parts.js';
import { type Query as Parameters, sequenceParameter } from './query.js';

/** Parameters by which a client waits for news instead of asking again and again. */
export const waitParameters = ['wait', 'index'] as const;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Resolves as soon as something in a place is newer than `index`, at the latest after `wait`. Without `index` at
 * once.
 * @throws ROLLCALL_QUERY_INVALID, ROLLCALL_SEQUENCE_INVALID
 */
export async function awaitIndex(
  { reader, watching }: HttpParts,
  query: Parameters,
  place: { readonly namespace: string; readonly service?: string },
  request: IncomingMessage,
): Promise<void> {
  const waitMs = waitMsOf(query);
  const index = sequenceParameter(query, 'index');
  if (index === undefined) {
    if (waitMs === undefined) return;
    throw new RollcallError('ROLLCALL_QUERY_INVALID', 'parameter "wait" is given without "index"', {
      action: 'Give the X-Rollcall-Sequence of the last answer as "index".',
    });
  }
  if (reader.changedAt(place) > index) return;
  const { feed } = watching();
  const services = place.service === undefined ? {} : { services: [place.service] };
  const sequence = await new Promise<number>((resolve) => {
    const finish = (changed: number): void => {
      clearTimeout(timer);
      stop();
      request.off('close', onClose);
      resolve(changed);
    };
    const onClose = (): void => finish(0);
    const timer = setTimeout(() => finish(0), waitMs ?? limits.pollWaitMsDefault);
    const stop = feed.listen(
      { namespace: place.namespace, ...services },
      { onChange: ({ record }) => record.sequence > index && finish(record.sequence) },
    );
    request.on('close', onClose);
  });
  // The answer says up to where it reflects everything: that should include what woke it.
  await reader.atLeast(sequence).catch(() => undefined);
}

function waitMsOf(query: Parameters): number | undefined {
  const text = query['wait'];
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d{1,7})(ms|s|m)$/.exec(typeof text === 'string' ? text : '') ?? [];
  const waitMs = Number(number) * (unitMs[unit ?? ''] ?? Number.NaN);
  if (waitMs <= limits.pollWaitMsMax) return waitMs;
  throw new RollcallError(
    'ROLLCALL_QUERY_INVALID',
    `parameter "wait" is ${quote(text)}, allowed is a duration of at most ${limits.pollWaitMsMax / 1_000} s, such as 30s`,
  );
}
