import { readFileSync } from 'node:fs';
import { APPLICATION_PATTERN, limits, protocols, statuses } from '#contracts';
import { callOperations, callParameters } from './openapi-calls.js';
import { configBodies, configOperations, configParameters, SCHEMA_KEY_PATTERN } from './openapi-config.js';
import { undoBodies, undoOperations } from './openapi-undo.js';
import { answerSchemas } from './answer-schemas.js';
import { said, type Schema, text, whole } from './schema.js';

const { version, license } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const several = (schema: Schema): Schema => ({
  schema: { type: 'array', items: schema },
  style: 'form',
  explode: true,
});

/** Every parameter that may stand behind a question mark, described once. */
const queryParameters: Readonly<Record<string, Schema>> = {
  service: { ...several(text), description: 'One of these services; commas or repeated.' },
  instance: { ...several(text), description: 'One of these names.' },
  version: { schema: text, description: "A version range in npm's syntax.", example: '^1.2' },
  tag: { ...several(text), description: 'Carries the tag; repeat it for all of several.' },
  zone: { ...several(text), description: 'In one of these zones.' },
  region: { ...several(text), description: 'In one of these regions.' },
  protocol: {
    ...several({ type: 'string', enum: protocols }),
    description: 'Has an endpoint of one of these protocols.',
  },
  status: {
    ...several({ type: 'string', enum: [...statuses, 'suspect'] }),
    description: 'Has one of these statuses.',
  },
  routable: {
    schema: { type: 'boolean' },
    description: 'True: those callers should be sent to. False: the others.',
  },
  selector: {
    ...several(text),
    description: 'Kubernetes label selector over the metadata.',
    example: 'team in (a,b),tier!=test',
  },
  address: { ...several(text), description: 'Has an endpoint at one of these.', example: '10.0.0.7:8080' },
  all: {
    schema: { type: 'boolean' },
    description: 'Also those that departed in the last day, each saying why.',
  },
  sort: {
    schema: text,
    description: 'Fields with commas; a minus turns one round.',
    example: 'zone,-weight',
  },
  fields: {
    schema: text,
    description: 'Answer with these fields only.',
    example: 'instance,endpoints.address',
  },
  limit: {
    schema: { type: 'integer', minimum: 1, maximum: limits.pageLimitMax, default: limits.pageLimitDefault },
  },
  cursor: { schema: text, description: 'From `next` of the page before.' },
  at: {
    schema: text,
    description: 'As it was: a journal sequence, an RFC 3339 time, or a duration before now.',
    example: '-15m',
  },
  ofService: { name: 'service', schema: text, description: 'Only this service.' },
  ofInstance: { name: 'instance', schema: text, description: 'Only this instance of it.' },
  ofApplication: { name: 'application', schema: text, description: 'Only the config of this application.' },
  ofKey: { name: 'key', schema: text, description: 'Only this key of it.' },
  type: { schema: text, description: 'Types of events with commas, or a word of them.', example: 'expired' },
  actor: { schema: text, description: 'Only what somebody did.' },
  trace: { schema: text, description: 'Only what was done in a W3C trace: 32 hexadecimal digits.' },
  from: { schema: text, description: 'First moment; written like `at`.' },
  to: { schema: text, description: 'Last moment; default the newest.' },
  after: { schema: whole, description: 'Go on after this sequence.' },
  atLeast: { schema: whole, description: 'Wait until the view reflects this journal sequence.' },
  index: {
    schema: whole,
    description: 'Answer when something is newer than this sequence (X-Rollcall-Sequence).',
  },
  wait: { schema: text, description: 'Answer at the latest after this time; with index.', example: '30s' },
  reason: {
    schema: { ...text, maxLength: limits.reasonLengthMax },
    description: 'Why; kept in the journal, shown to consumers.',
  },
  lastEventId: { schema: whole, description: 'As the Last-Event-ID header, for clients that cannot set it.' },
  ...configParameters,
  ...callParameters,
  endpoint: {
    schema: { ...text, default: 'metrics' },
    description: 'Name of the endpoints to scrape; `*`: all http(s).',
  },
};
const filters = [
  'service',
  'instance',
  'version',
  'tag',
  'zone',
  'region',
  'protocol',
  'status',
  'routable',
  'selector',
  'address',
];
const listing = ['all', 'sort', 'fields', 'limit', 'cursor', 'at', 'atLeast', 'index', 'wait'];

const pathParameters: Readonly<Record<string, string>> = {
  application: 'Whose config it is; `_shared` for what everybody inherits.',
  key: 'A config key; for a schema also `=application`.',
  schedule: 'A change that waits for its time.',
  namespace: 'Tenant or environment.',
  service: 'What is registered.',
  instance: 'One running copy.',
};

const patterns: Readonly<Record<string, string>> = {
  application: APPLICATION_PATTERN.source,
  key: SCHEMA_KEY_PATTERN,
};

interface Operation {
  readonly summary: string;
  readonly query?: readonly string[];
  /** Name of the schema of the body. */
  readonly body?: string;
  readonly bodyTypes?: readonly string[];
  /** Name of the schema of the answer, or the media type of one that is not JSON. */
  readonly answer: string;
  readonly status?: string;
  readonly moreStatuses?: Readonly<Record<string, string>>;
}

const unknownService = {
  '404':
    'No such service (ROLLCALL_SERVICE_UNKNOWN). A known service of which nobody fits is an empty list: known it is from its first registration until a day after its last instance left.',
};
const known = { '304': 'What the ETag in If-None-Match stands for has not changed.' };
const instance = '/v1/namespaces/{namespace}/services/{service}/instances/{instance}';

/** Every route. A test holds them against those the server really has. */
const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  ...configOperations,
  ...callOperations,
  ...undoOperations,
  '/healthz': { get: { summary: 'The process runs.', answer: 'liveness' } },
  '/readyz': {
    get: {
      summary: 'It serves as it should, or says what is wrong.',
      answer: 'readiness',
      moreStatuses: { '503': 'Not ready; a problem with the checks.' },
    },
  },
  '/metrics': { get: { summary: 'Metrics of the registry, for Prometheus.', answer: 'text/plain' } },
  '/openapi.json': { get: { summary: 'This document.', answer: 'application/json' } },
  '/docs': { get: { summary: 'This document for people.', answer: 'text/html' } },
  '/v1/namespaces': {
    get: { summary: 'Namespaces with a service.', query: ['at', 'atLeast'], answer: 'namespaces' },
  },
  '/v1/namespaces/{namespace}/services': {
    get: { summary: 'Services of a namespace.', query: ['at', 'atLeast'], answer: 'services' },
  },
  '/v1/namespaces/{namespace}/services/{service}': {
    get: { summary: 'One service: counts, versions, policy.', query: ['at', 'atLeast'], answer: 'service' },
  },
  '/v1/namespaces/{namespace}/services/{service}/policy': {
    put: { summary: 'Sets the policy of a service.', body: 'policy', answer: 'written' },
  },
  '/v1/namespaces/{namespace}/services/{service}/instances': {
    get: {
      summary: 'Instances of a service: filtered, sorted, in pages.',
      query: [...filters.filter((name) => name !== 'service'), ...listing],
      answer: 'instances',
      moreStatuses: { ...known, ...unknownService },
    },
  },
  '/v1/namespaces/{namespace}/instances': {
    get: {
      summary: 'Instances of a namespace.',
      query: [...filters, ...listing],
      answer: 'instances',
      moreStatuses: known,
    },
    post: {
      summary: 'Registers many instances at once, each answered by itself.',
      query: ['reason'],
      body: 'bulk',
      bodyTypes: ['application/json', 'application/x-ndjson'],
      answer: 'registeredMany',
    },
  },
  [instance]: {
    get: { summary: 'One instance, also one that departed.', query: ['at', 'atLeast'], answer: 'instance' },
    put: {
      summary: 'Registers, taking the next incarnation.',
      query: ['reason'],
      body: 'registration',
      answer: 'registered',
      status: '201',
      moreStatuses: { '200': 'It was there, and starts anew.' },
    },
    patch: {
      summary: 'Changes a running instance.',
      query: ['reason'],
      body: 'change',
      answer: 'registered',
    },
    delete: { summary: 'Says good-bye for it.', query: ['reason'], answer: 'registered' },
  },
  [`${instance}/heartbeat`]: { post: { summary: 'Renews its lease.', body: 'renewing', answer: 'renewal' } },
  [`${instance}/override`]: {
    put: {
      summary: 'Drains it, puts it in maintenance, changes its weight.',
      body: 'override',
      answer: 'written',
    },
    delete: { summary: 'Lifts what operators laid over it.', query: ['reason'], answer: 'written' },
  },
  [`${instance}/evict`]: {
    post: { summary: 'Takes this incarnation out.', body: 'evicting', answer: 'written' },
  },
  [`${instance}/story`]: { get: { summary: 'Everything the journal says about it.', answer: 'story' } },
  '/v1/namespaces/{namespace}/events': {
    get: {
      summary: 'What happened, an event a line; the last line, `{"end": sequence}`, says how far was read.',
      query: [
        'ofService',
        'ofInstance',
        'ofApplication',
        'ofKey',
        'type',
        'actor',
        'trace',
        'from',
        'to',
        'after',
      ],
      answer: 'application/x-ndjson',
    },
  },
  '/v1/namespaces/{namespace}/availability': {
    get: {
      summary: 'Uptime, outages, flaps, restarts and deploys in a window, by instance, service and version.',
      query: ['ofService', 'ofInstance', 'from', 'to'],
      answer: 'availability',
    },
  },
  '/v1/namespaces/{namespace}/diff': {
    get: {
      summary: 'What was added, removed and changed between two moments, by whom and why.',
      query: ['ofService', 'ofInstance', 'ofApplication', 'ofKey', 'from', 'to'],
      answer: 'diff',
    },
  },
  '/v1/namespaces/{namespace}/watch': {
    get: {
      summary: 'Server-sent events: what is there, then every change. docs/guides/http.md tells the events.',
      query: [...filters, 'lastEventId'],
      answer: 'text/event-stream',
    },
  },
  '/v1/namespaces/{namespace}/prometheus-sd': {
    get: {
      summary: 'Scrape targets for http_sd_configs.',
      query: [...filters, 'endpoint', 'atLeast'],
      answer: 'targets',
      moreStatuses: known,
    },
  },
};

const bodies: Readonly<Record<string, Schema>> = {
  renewing: said(
    { type: 'object', properties: { incarnation: whole } },
    'Which incarnation renews; may be left out.',
  ),
  evicting: { type: 'object', properties: { reason: text } },
};

const problem: Schema = { 'application/problem+json': { schema: ref('problem') } };

const headers: Schema = {
  'X-Rollcall-Sequence': {
    description: 'Journal sequence the answer reflects, or was stored at.',
    schema: whole,
  },
  'X-Rollcall-At': {
    description: 'With `at`: when the event of that sequence was stored.',
    schema: { type: 'string', format: 'date-time' },
  },
  'X-Rollcall-Stale-Ms': { description: 'Time since the view was last heard of, in ms.', schema: whole },
};

function render({ summary, query = [], body, bodyTypes = ['application/json'], ...rest }: Operation): Schema {
  const { answer, status = '200', moreStatuses = {} } = rest;
  const isSchema = answer in answerSchemas;
  const content = isSchema ? { 'application/json': { schema: ref(answer) } } : { [answer]: {} };
  const more = Object.entries(moreStatuses).map(([code, description]) => {
    if (code.startsWith('2')) return [code, { description, headers, content }];
    return [code, { description, headers, ...(code.startsWith('3') ? {} : { content: problem }) }];
  });
  return {
    summary,
    ...(query.length === 0
      ? {}
      : { parameters: query.map((name) => ({ $ref: `#/components/parameters/${name}` })) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: Object.fromEntries(bodyTypes.map((type) => [type, { schema: ref(body) }])),
          },
        }),
    responses: {
      [status]: { description: summary, headers, content },
      ...Object.fromEntries(more),
      default: { $ref: '#/components/responses/problem' },
    },
  };
}

function renderPath(path: string, methods: Readonly<Record<string, Operation>>): Schema {
  const used = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `#/components/parameters/path.${name}`);
  return {
    ...(used.length === 0 ? {} : { parameters: used.map(($ref) => ({ $ref })) }),
    ...Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, render(operation)])),
  };
}

/** The whole HTTP API. */
export function openApi(): Schema {
  const inPath = Object.entries(pathParameters).map(([name, description]) => {
    const pattern = patterns[name] ?? '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
    const schema = { ...text, pattern };
    return [`path.${name}`, { name, in: 'path', required: true, description, schema }];
  });
  const inQuery = Object.entries(queryParameters).map(([name, parameter]) => [
    name,
    { name, in: 'query', ...parameter },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rollcall',
      version,
      description:
        'The registry over HTTP. Errors are problem+json with a code of docs/reference/errors.md. With ROLLCALL_TOKEN set, writes need it as a bearer token. `X-Rollcall-Actor` says who acts.',
      license: { name: license },
    },
    servers: [{ url: 'http://127.0.0.1:7400', description: 'The registry that npm start runs.' }],
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [path, renderPath(path, methods)]),
    ),
    components: {
      parameters: Object.fromEntries([...inPath, ...inQuery]),
      responses: {
        problem: {
          description: 'What went wrong, by its code.',
          content: problem,
        },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...answerSchemas, ...configBodies, ...undoBodies, ...bodies },
    },
  };
}

/** The same as code, so that a server that was installed without the documents can show it. */
export function renderOpenApiModule(): string {
  return [
    '// Generated by `npm run reference`. Do not edit.',
    `export const openApiDocument: object = ${JSON.stringify(openApi(), null, 2)};`,
    '',
  ].join('\n');
}
