import type { FieldDifference, ViewDifference } from '#domain';
import { configPlaceOf, placeOf } from '../input/names.js';
import { plain } from '../output/plain.js';
import { print, printJson } from '../output/print.js';
import { historyOf } from '../snapshot.js';
import type { Command } from './command.js';

interface Options {
  readonly service?: string;
  readonly config?: string;
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

/** What was added, removed and changed from one moment to another, by whom and why. */
export const diff: Command<Options, [from: string, to: string | undefined]> = async (
  { session, namespace, json },
  { service, config },
  from,
  to = '-0s',
) => {
  const place = config === undefined ? placeOf(namespace, service) : configPlaceOf(namespace, config);
  const found = await historyOf(session).diff(from, to, place);
  if (json) {
    printJson(found);
    return;
  }
  print(`from #${found.from.sequence} (${found.from.at}) to #${found.to.sequence} (${found.to.at})`);
  if (found.differences.length === 0) print('nothing differs');
  for (const difference of found.differences) {
    print(plain(headOf(difference)));
    for (const field of difference.fields) print(plain(`    ${fieldText(field)}`));
  }
};

function fieldText({ path, before, after }: FieldDifference): string {
  if (after === undefined) return `${path}: ${JSON.stringify(before)} was removed`;
  if (before === undefined) return `${path}: ${JSON.stringify(after)} is new`;
  return `${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
}

function headOf({ key, kind, sequence, at, cause }: ViewDifference): string {
  const by = cause.actor === undefined ? '' : ` by ${cause.actor}`;
  const why = cause.reason === undefined ? '' : ` because: ${cause.reason}`;
  return `${signs[kind]} ${aboutKey(key)}  #${sequence} ${at} ${deedOf(cause.type)}${by}${why}`;
}

/** `rollcall.instance.reinstated.v1` as `instance reinstated`. */
function deedOf(type: string): string {
  return type.split('.').slice(1, -1).join(' ').replaceAll('-', ' ');
}

/** `default.instance.orders.orders-1` as `orders/orders-1`; what is no instance says its kind. */
function aboutKey(key: string): string {
  const [, kind = '', ...about] = key.split('.');
  return kind === 'instance' ? about.join('/') : `${kind} ${about.join('/')}`;
}
