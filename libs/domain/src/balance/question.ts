import type { Protocol } from '#contracts';
import { filterParameters, type InstanceFilter, parseFilter } from '../query/filter.js';
import { checkParameters, itemsOf, type QueryInput, textOf } from '../query/input.js';

/**
 * Which instances of a service a caller wants, in the words of the filter language (docs/guides/queries.md): all
 * that is given must hold. The texts are read once and kept, so give the same ones again rather than ever new ones.
 */
export interface CandidateWishes {
  /** Range of semantic versions, e.g. `^1.4`. */
  readonly version?: string | undefined;
  /** Names of zones, with commas between them, of which one must be the instance's. */
  readonly zone?: string | undefined;
  readonly region?: string | undefined;
  /** The instance must carry all of them. */
  readonly tag?: string | readonly string[] | undefined;
  /** Requirements on the metadata in the Kubernetes syntax, e.g. `team=blue,!legacy`. */
  readonly selector?: string | readonly string[] | undefined;
  readonly instance?: string | undefined;
  readonly address?: string | undefined;
  /** The instance must have an endpoint with one of these protocols, and is reached by the first such one. */
  readonly protocol?: string | undefined;
  /** Name of the endpoint to use. Default: the first that the protocol allows. */
  readonly endpoint?: string | undefined;
}

/** Names of the fields above, in a fixed order. */
export const wishNames = [
  'version',
  'zone',
  'region',
  'tag',
  'selector',
  'instance',
  'address',
  'protocol',
  'endpoint',
] as const satisfies readonly (keyof CandidateWishes)[];

/** Wishes, read. */
export interface CandidateQuestion {
  readonly filter: InstanceFilter;
  readonly protocols?: readonly Protocol[];
  readonly endpoint?: string;
}

/** @throws ROLLCALL_FILTER_INVALID naming the parameter and the character */
export function parseWishes(wishes: CandidateWishes): CandidateQuestion {
  const input: QueryInput = Object.fromEntries(
    wishNames.flatMap((name) => (wishes[name] === undefined ? [] : [[name, wishes[name]]])),
  );
  checkParameters(input, [...filterParameters, 'endpoint']);
  const { protocols, ...filter } = parseFilter(input);
  itemsOf(input, 'endpoint', (item) => item !== '', 'the name of an endpoint');
  const endpoint = textOf(input, 'endpoint');
  return {
    filter,
    ...(protocols === undefined ? {} : { protocols }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** The same wishes have the same text. */
export function wishesKey(wishes: CandidateWishes): string {
  let key = '';
  for (const name of wishNames) {
    const wish = wishes[name];
    if (wish !== undefined) key += `${name}=${typeof wish === 'string' ? wish : JSON.stringify(wish)}\n`;
  }
  return key;
}
