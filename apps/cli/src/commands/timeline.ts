import { RollcallError } from '#contracts';
import type { HistoricPlace, TimelineLine } from '#application';
import { configPlaceOf, placeOf } from '../input/names.js';
import { plain } from '../output/plain.js';
import { drained, print, printJsonLine } from '../output/print.js';
import { historyOf } from '../snapshot.js';
import type { Command } from './command.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly type?: readonly string[];
  readonly actor?: string;
  readonly trace?: string;
  readonly config?: string;
}

/** What happened, in sentences, oldest first. */
export const timeline: Command<Options, [what: string | undefined]> = async (
  { session, namespace, json },
  { from, to, type, actor, trace, config },
  what,
) => {
  const place = config === undefined ? placeOf(namespace, what) : configPlaceOf(namespace, config);
  const { lines } = await historyOf(session).timeline({
    place,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(type === undefined || type.length === 0 ? {} : { types: type }),
    ...(actor === undefined ? {} : { actor }),
    ...(trace === undefined ? {} : { traceId: trace }),
  });
  let told = 0;
  for await (const line of lines) {
    told += 1;
    if (json) printJsonLine(line);
    else print(textOf(line, place));
    await drained();
  }
  if (told === 0)
    throw new RollcallError('ROLLCALL_NOT_FOUND', `nothing of the kind happened ${whereOf(place)}`);
};

/** `2026-11-22T15:04:05.123Z  #12  orders/orders-1  registered as ... (answers #11)` */
function textOf(
  { at, sequence, subject, sentence, causedBy, traceparent, refused }: TimelineLine,
  place: HistoricPlace,
) {
  const [, , ...about] = subject.split('.');
  const named = place.instance === undefined ? `${about.join('/')}  ` : '';
  const cause = causedBy === undefined ? '' : ` (answers #${causedBy})`;
  const trace = traceparent === undefined ? '' : ` [trace ${traceparent.split('-')[1] ?? traceparent}]`;
  const aside = refused === undefined ? '' : ` [set aside: ${refused}]`;
  return plain(`${at}  #${sequence}  ${named}${sentence}${cause}${trace}${aside}`);
}

function whereOf({ namespace, service, instance, application, key }: HistoricPlace): string {
  if (application !== undefined) return `to config "${application}${key === undefined ? '' : `/${key}`}"`;
  if (service === undefined) return `in namespace "${namespace}"`;
  return instance === undefined ? `to service "${service}"` : `to instance "${service}/${instance}"`;
}
