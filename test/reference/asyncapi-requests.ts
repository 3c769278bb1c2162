import { commands, queries } from '#requests';
import { createSubjects, limits } from '#contracts';
import { queryParameters, wishNames } from '#domain';
import { answerSchemas } from './answer-schemas.js';
import { undoFieldSchemas } from './openapi-undo.js';
import { objectOf, said, type Schema, text, whole } from './schema.js';

/** What is asked and told by request and reply. Every name there is, is here; the code is asked for them. */
const subjects = createSubjects();
const ref = (path: string): Schema => ({ $ref: `#/${path}` });

const namespace = { namespace: text };
const service = { ...namespace, service: text };
const names = { ...service, instance: text };
const moment = {
  atLeast: said(whole, 'Wait until the view reflects this journal sequence.'),
  at: said({}, 'Answer from the past: a sequence, a time, or a while ago.'),
};
const by = {
  actor: said(text, 'Who acts; kept in the journal.'),
  reason: said(text, 'Why; kept in the journal, shown to consumers.'),
  traceparent: said(text, 'W3C trace context.'),
};
const filters = Object.fromEntries(
  queryParameters.map((name) => [name, said({}, 'As docs/guides/queries.md tells.')]),
);

interface Request {
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** A schema of the fields of a record, beside `fields`. */
  readonly record?: Schema;
  readonly answer: Schema;
}

const answerOf = (name: string): Schema => answerSchemas[name] ?? { type: 'object' };
const error = (answerOf('error')['properties'] as { error: Schema }).error;
const one = Object.keys(names);

const asked: Readonly<Record<string, Request>> = {
  namespaces: { fields: {}, answer: answerOf('namespaces') },
  services: { fields: namespace, answer: answerOf('services') },
  service: { fields: service, answer: answerOf('service') },
  instances: {
    fields: {
      ...filters,
      ...service,
      all: said({ type: 'boolean' }, 'Also those that departed in the last day, each saying why.'),
    },
    required: ['namespace'],
    answer: answerOf('instances'),
  },
  instance: { fields: names, answer: answerOf('instance') },
  explain: {
    fields: {
      ...Object.fromEntries(wishNames.map((name) => [name, said({}, 'As docs/guides/queries.md tells.')])),
      ...service,
      caller: said(text, 'Who calls: a service, or service/instance.'),
      headers: said({ type: 'object', additionalProperties: text }, 'Headers the call would carry.'),
    },
    required: ['namespace', 'service', 'caller'],
    answer: answerOf('callExplanation'),
  },
};

const told: Readonly<Record<string, Request>> = {
  register: { fields: names, record: answerOf('registration'), answer: answerOf('registered') },
  update: { fields: names, record: answerOf('change'), answer: answerOf('registered') },
  deregister: { fields: names, answer: answerOf('registered') },
  bulk: {
    fields: {
      ...namespace,
      instances: { type: 'array', maxItems: limits.batchMessagesMax, items: { type: 'object' } },
    },
    answer: objectOf(
      { registered: whole, failed: whole, results: { type: 'array', items: objectOf({ error }, []) } },
      ['registered', 'failed', 'results'],
    ),
  },
  renew: {
    fields: { ...names, incarnation: said(whole, 'Only this one; may be left out.') },
    required: one,
    answer: answerOf('renewal'),
  },
  override: { fields: names, record: answerOf('override'), answer: answerOf('written') },
  lift: { fields: names, answer: answerOf('written') },
  evict: { fields: names, answer: answerOf('written') },
  policy: { fields: service, record: answerOf('policy'), answer: answerOf('written') },
  undo: {
    fields: { ...namespace, ...undoFieldSchemas, of: said(text, 'Of a range only what somebody did.') },
    required: ['namespace'],
    answer: answerOf('undone'),
  },
};

function payloadOf({ fields, required = Object.keys(fields), record }: Request, more: object): Schema {
  const { properties = {}, required: needed = [] } = (record ?? {}) as {
    properties?: Readonly<Record<string, Schema>>;
    required?: readonly string[];
  };
  return objectOf({ ...fields, ...more, ...properties }, [...required, ...needed]);
}

const entries = [
  ...Object.keys(queries).map((name) => ({
    name: `query.${name}`,
    address: subjects.query(name),
    request: asked[name],
    more: moment,
  })),
  ...Object.keys(commands).map((name) => ({
    name: `command.${name}`,
    address: subjects.command(name),
    request: told[name],
    more: by,
  })),
];
const unsaid: Request = { fields: {}, answer: { type: 'object' } };
const headers = {
  answer: objectOf({ 'Rollcall-Sequence': said(text, 'Journal sequence it reflects, or is stored at.') }, []),
  error: objectOf({ 'Rollcall-Error': said(text, 'The code.') }, ['Rollcall-Error']),
};
const message = (name: string, payload: Schema, more: object = {}): Schema => ({
  name,
  contentType: 'application/json',
  ...more,
  payload,
});

export const requestChannels = Object.fromEntries(
  entries.map(({ name, address }) => [
    name,
    {
      address,
      description: name.startsWith('query')
        ? 'A question, answered by one of the nodes with the role api.'
        : 'A command, answered when it is stored, by one of the nodes with the role api.',
      messages: [name, `${name}.answer`, 'request.error'],
    },
  ]),
);

export const requestMessages: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(
    entries.flatMap(({ name, request = unsaid, more }) => [
      [name, message(name, payloadOf(request, more))],
      [`${name}.answer`, message(`${name}.answer`, request.answer, { headers: headers.answer })],
    ]),
  ),
  'request.error': message('request.error', answerOf('error'), { headers: headers.error }),
};

export const requestOperations: Readonly<Record<string, Schema>> = Object.fromEntries(
  entries.map(({ name }) => {
    const own = (which: string): Schema => ref(`channels/${name}/messages/${which}`);
    return [
      `request.${name}`,
      {
        action: 'send',
        channel: ref(`channels/${name}`),
        summary: 'Ask with a reply subject; the answer is what was asked for, or an error by its code.',
        messages: [own(name)],
        reply: {
          channel: ref(`channels/${name}`),
          messages: [own(`${name}.answer`), own('request.error')],
        },
      },
    ];
  }),
);
