import fc from 'fast-check';
import {
  aggregateKey,
  aggregateOfType,
  type EventType,
  eventTypes,
  headerNames,
  type RawEvent,
  type RecordKind,
} from '#contracts';
import { configInAgreement } from './config-records.js';
import { anyAggregate } from './names.js';
import { anyBroken, anyText } from './noise.js';
import { recordArbitraries } from './records.js';

/** What a journal message is made of. */
export interface RawParts {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly sequence?: number;
  readonly atMs?: number;
}

/** A journal message as an adapter hands it over. */
export function rawEventOf({ key, headers, body, sequence = 1, atMs = 0 }: RawParts): RawEvent {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return {
    sequence,
    atMs,
    key,
    bytes: bytes.length,
    header: (name) => headers[name],
    text: () => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
  };
}

const typesOf = (kind: RecordKind): EventType[] =>
  Object.values(eventTypes).filter((type) => aggregateOfType[type] === kind);

/** Makes the fields that repeat what the type says agree with it. */
function inAgreement(type: EventType, record: object): object {
  const kind = aggregateOfType[type];
  if (kind.startsWith('config')) return configInAgreement(type, record);
  if (kind === 'verdict' || kind === 'undo') return { ...record, state: type.split('.')[2] };
  if (kind === 'protection') return { ...record, engaged: type === eventTypes.protectionEngaged };
  return kind === 'override' ? { ...record, removed: type === eventTypes.overrideRemoved } : record;
}

const anyAttributes = (): fc.Arbitrary<Record<string, string>> =>
  fc.record(
    {
      [headerNames.id]: fc.uuid(),
      [headerNames.actor]: anyText(0, 40),
      [headerNames.reason]: anyText(0, 600),
      [headerNames.source]: fc.constant('/services/orders/orders-1'),
      [headerNames.causationId]: fc.uuid(),
      [headerNames.traceparent]: fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    },
    { requiredKeys: [], noNullPrototype: true },
  );

/** A message that must be read as an event: record, subject and type fit together. */
export const anyReadable = (kind: RecordKind): fc.Arbitrary<RawParts & { readonly record: object }> =>
  fc
    .tuple(
      recordArbitraries[kind]() as fc.Arbitrary<object>,
      fc.constantFrom(...typesOf(kind)),
      anyAttributes(),
    )
    .map(([content, type, attributes]) => {
      const record = inAgreement(type, content);
      return {
        record,
        key: aggregateKey({ kind, ...record } as never),
        headers: { ...attributes, [headerNames.type]: type },
        body: JSON.stringify(record),
      };
    });

const anyKind = fc.constantFrom<RecordKind>(...(Object.keys(recordArbitraries) as RecordKind[]));
const anyKey = fc.oneof(anyAggregate().map(aggregateKey), anyText(0, 30));
const anyType = fc.oneof(fc.constantFrom<string>(...Object.values(eventTypes)), anyText(0, 30));
const anyBody: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  anyText(0, 200),
  fc.json(),
  anyKind.chain((kind) => anyBroken(recordArbitraries[kind]())).map((value) => JSON.stringify(value) ?? ''),
);

/** Anything a stranger may put on a journal subject, from random bytes to an event that is wrong in one place. */
export const anyNoise = (): fc.Arbitrary<RawParts> => {
  const random = fc.record({
    key: anyKey,
    headers: fc.oneof(
      fc.constant({}),
      anyType.map((type): Record<string, string> => ({ [headerNames.type]: type })),
    ),
    body: anyBody,
  });
  const nearly = anyKind.chain(anyReadable);
  const wrongSubject = fc.tuple(nearly, anyKey).map(([parts, key]) => ({ ...parts, key }));
  const wrongBody = fc.tuple(nearly, anyBody).map(([parts, body]) => ({ ...parts, body }));
  const wrongType = fc
    .tuple(nearly, anyType)
    .map(([parts, type]) => ({ ...parts, headers: { ...parts.headers, [headerNames.type]: type } }));
  const broken = anyKind.chain((kind) =>
    fc
      .tuple(anyReadable(kind), anyBroken(recordArbitraries[kind]()))
      .map(([parts, body]) => ({ ...parts, body: JSON.stringify(body) ?? '' })),
  );
  return fc.oneof(random, wrongSubject, wrongBody, wrongType, broken);
};
