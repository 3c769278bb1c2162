import { limits, quote, RollcallError } from '#contracts';
import { callPlaces, explainCall, type HistoricPlace, type History, type Reader } from '#application';
import { type CallGraph, parseInstanceQuery, queryParameters, wishNames } from '#domain';
import { atLeastIn, checkFields, type Input, momentIn, nameIn } from './input.js';

/** Answers one kind of question from its fields. */
export type Query = (reader: Reader, input: Input, callGraph: CallGraph) => object;

/** What questions are answered from. */
export interface QueryParts {
  readonly reader: Reader;
  readonly history: History;
  readonly callGraph: CallGraph;
}

/** Two names and a slash. */
const CALLER_LENGTH_MAX = 128;
const instanceFields = queryParameters.filter((name) => name !== 'service');

/** What can be asked on `rollcall.v1.query.<name>`: the same as over HTTP. */
export const queries: Readonly<Record<string, Query>> = {
  namespaces: (reader, input) => {
    checkFields(input, ['at', 'atLeast']);
    return { namespaces: reader.namespaces() };
  },

  services: (reader, input) => {
    checkFields(input, ['namespace', 'at', 'atLeast']);
    const namespace = nameIn(input, 'namespace');
    return { namespace, services: reader.services(namespace) };
  },

  service: (reader, input) => {
    checkFields(input, ['namespace', 'service', 'at', 'atLeast']);
    const [namespace, service] = [nameIn(input, 'namespace'), nameIn(input, 'service')];
    const found = reader.service(namespace, service);
    if (found !== undefined) return { namespace, ...found };
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `namespace ${quote(namespace)} has no service ${quote(service)}`,
    );
  },

  /** With `service`, a name, the instances of one service; without, those of the namespace. */
  instances: (reader, input) => {
    checkFields(input, ['namespace', 'service', 'all', 'at', 'atLeast', ...instanceFields]);
    const namespace = nameIn(input, 'namespace');
    const service = input['service'] === undefined ? undefined : nameIn(input, 'service');
    const place = { namespace, ...(service === undefined ? {} : { service }) };
    const asked = Object.fromEntries(Object.entries(input).filter(([name]) => isQuestion(name)));
    const { items, ...page } = reader.query({ ...place, all: allIn(input) }, parseInstanceQuery(asked));
    return { ...place, instances: items, ...page };
  },

  /** Who called whom in the last minute, as callers tell it. */
  graph: (_reader, input, callGraph) => {
    checkFields(input, ['namespace']);
    const namespace = nameIn(input, 'namespace');
    return { namespace, ...callGraph.view(namespace, performance.now()) };
  },

  /** Where a call would go. `headers`: `{"x-canary": "1"}`; wishes as in the other questions about instances. */
  explain: (reader, input) => {
    checkFields(input, ['namespace', 'service', 'caller', 'headers', 'at', 'atLeast', ...wishNames]);
    const question = { namespace: nameIn(input, 'namespace'), service: nameIn(input, 'service') };
    const caller = callerIn(input);
    const wishes = Object.fromEntries(wishNames.map((name) => [name, input[name]]));
    return explainCall(reader, { ...question, caller, wishes, headers: headersIn(input), chance: 0.5 });
  },

  instance: (reader, input) => {
    checkFields(input, ['namespace', 'service', 'instance', 'at', 'atLeast']);
    const names = [nameIn(input, 'namespace'), nameIn(input, 'service'), nameIn(input, 'instance')] as const;
    const found = reader.instance(...names);
    if (found !== undefined) return found;
    throw new RollcallError(
      'ROLLCALL_NOT_FOUND',
      `service ${quote(names[1])} has no instance ${quote(names[2])}`,
    );
  },
};

/**
 * Answers a question from what is now, no older than the sequence it demands, or from the moment that `at` names.
 * The answer comes with the sequence it reflects.
 */
export async function answerQuery(
  { reader, history, callGraph }: QueryParts,
  query: Query,
  input: Input,
): Promise<{ readonly answer: object; readonly sequence: number | undefined }> {
  const moment = momentIn(input);
  if (moment === undefined) {
    await reader.atLeast(atLeastIn(input));
    return { answer: query(reader, input, callGraph), sequence: reader.freshness()?.sequence };
  }
  const past = await history.readerAt(moment, ...pastPlaces(input));
  return { answer: query(past.reader, input, callGraph), sequence: past.moment.sequence };
}

function pastPlaces(input: Input): HistoricPlace[] {
  if (input['namespace'] === undefined) return [{}];
  const namespace = nameIn(input, 'namespace');
  if (input['service'] === undefined) return [{ namespace }];
  const service = nameIn(input, 'service');
  return input['caller'] === undefined
    ? [{ namespace, service }]
    : callPlaces(namespace, callerIn(input), service);
}

function callerIn({ caller }: Input): string {
  if (typeof caller === 'string' && caller.length <= CALLER_LENGTH_MAX) return caller;
  const text = `caller is ${quote(caller ?? null)}, allowed is a service, or service/instance`;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', text, { action: 'Say who calls.' });
}

/** @throws ROLLCALL_QUERY_INVALID */
function headersIn({ headers = {} }: Input): Record<string, string> {
  const entries = typeof headers === 'object' && headers !== null ? Object.entries(headers) : undefined;
  const isRight = entries?.every(([, value]) => typeof value === 'string');
  if (entries !== undefined && isRight === true && entries.length <= limits.queryTermsMax)
    return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value as string]));
  const text = `headers is ${quote(headers)}, allowed is an object of at most ${limits.queryTermsMax} texts`;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', text, { action: 'Correct it, or leave it out.' });
}

function isQuestion(name: string): boolean {
  return instanceFields.some((field) => field === name);
}

function allIn({ all }: Input): boolean {
  if (all === undefined || typeof all === 'boolean') return all === true;
  throw new RollcallError('ROLLCALL_QUERY_INVALID', `all is ${quote(all)}, allowed is true or false`, {
    action: 'Correct it, or leave it out.',
  });
}
