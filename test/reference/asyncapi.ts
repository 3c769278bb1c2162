import { readFileSync } from 'node:fs';
import {
  type AggregateId,
  aggregateOfType,
  carriedHeaderNames,
  carriedType,
  createSubjects,
  type EventType,
  eventTypes,
  headerNames,
  type IncarnationId,
  limits,
  type RecordKind,
  recordSchemas,
} from '#contracts';
import { requestChannels, requestMessages, requestOperations } from './asyncapi-requests.js';
import { objectOf, said, type Schema, text } from './schema.js';
import {
  configReport,
  configViews,
  failedCallReport,
  heartbeatBody,
  instanceView,
  positionRecord,
  probeAnswer,
  protectionView,
  serviceView,
  viewRecordOf,
} from './view-schemas.js';
import { callReport } from './openapi-calls.js';

const ref = (path: string): Schema => ({ $ref: `#/${path}` });
const { version, license } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;

const parameters: Readonly<Record<string, Schema>> = {
  namespace: { description: 'Tenant or environment; a DNS label.', default: 'default' },
  service: { description: 'What is registered; a DNS label.', examples: ['orders'] },
  instance: { description: 'One running copy; a DNS label.', examples: ['orders-1'] },
  incarnation: { description: 'One start of an instance; a whole number from 1.', examples: ['1'] },
  application: {
    description: 'Whose config it is; a DNS label, or "_shared" for what everybody inherits.',
    examples: ['orders'],
  },
  key: {
    description:
      'A config key, in which "." is written "/". A schema may have "=application" here: it is about all keys.',
    examples: ['DATABASE_URL', 'limits/maxPool'],
  },
  schedule: { description: 'A change that waits for its time; a DNS label.' },
  plan: { description: 'A plan to undo events; a DNS label.' },
};

const placeholders = Object.fromEntries(Object.keys(parameters).map((name) => [name, `{${name}}`]));
const incarnationId = placeholders as unknown as IncarnationId;
const subjects = createSubjects();
const configNames = ['namespace', 'application', 'key'];
const namesOf: Readonly<Partial<Record<RecordKind, readonly string[]>>> = {
  service: ['namespace', 'service'],
  protection: ['namespace', 'service'],
  config: configNames,
  'config-override': configNames,
  'config-schema': configNames,
  'config-gray': configNames,
  'config-rollout': configNames,
  'config-schedule': ['namespace', 'application', 'schedule'],
  undo: ['namespace', 'plan'],
};
const addressOf = (kind: RecordKind, where: 'journal' | 'discovery'): string => {
  const names = namesOf[kind] ?? ['namespace', 'service', 'instance'];
  const used = names.map((name) => [name, placeholders[name]]);
  return subjects[where]({ kind, ...Object.fromEntries(used) } as AggregateId);
};

interface Channel {
  readonly address: string;
  readonly description: string;
  /** Names of messages among the components. */
  readonly messages: readonly string[];
}

function renderChannel({ address, description, messages }: Channel): Schema {
  const used = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return {
    address,
    description,
    ...(used.length === 0
      ? {}
      : { parameters: Object.fromEntries(used.map((name) => [name, ref(`components/parameters/${name}`)])) }),
    messages: Object.fromEntries(messages.map((name) => [name, ref(`components/messages/${name}`)])),
  };
}

const writers: Readonly<Record<RecordKind, string>> = {
  instance: 'What a service says of one of its instances. Written by the service alone.',
  override: 'What operators lay over an instance. Written by operators alone.',
  verdict: 'What the watchman found about an instance. Written by the watchman alone.',
  service: 'What operators decided for a service as a whole.',
  protection: 'Whether the mass expiry of a service is held back. Written by the watchman alone.',
  config: 'The value of one config key. Checked before it is accepted when written through the registry.',
  'config-override': 'Other values of a key for some instances, in order: the last that matches counts.',
  'config-schema': 'The JSON Schema of a key, or of all keys of an application.',
  'config-gray': 'A value of a key that only some instances see yet.',
  'config-schedule': 'A change that waits for its time. Written by operators and the config service.',
  'config-rollout': 'How a change came to the instances. Written by the config service alone.',
  undo: 'That a plan to undo events was started, and that it came to its end. Written by operators alone.',
};

const kinds = Object.keys(writers) as RecordKind[];
/** Kinds of which something is said again before the journal is cut: what only accompanies a change is not. */
const carriedKinds: readonly RecordKind[] = kinds.filter((kind) => kind !== 'undo');
const carriedOf = (kind: RecordKind): string[] => (carriedKinds.includes(kind) ? [`carried.${kind}`] : []);
const typesOf = (kind: RecordKind): EventType[] =>
  Object.values(eventTypes).filter((type) => aggregateOfType[type] === kind);

/** Kinds with a key of their own in the view; overrides and verdicts are joined into the instance. */
const viewed: Readonly<Partial<Record<RecordKind, Schema>>> = {
  instance: instanceView,
  service: serviceView,
  protection: protectionView,
  ...configViews,
};
const viewedKinds = Object.keys(viewed) as RecordKind[];

const channels: Readonly<Record<string, Channel>> = {
  ...Object.fromEntries(
    kinds.map((kind) => [
      `journal.${kind}`,
      {
        address: addressOf(kind, 'journal'),
        description: writers[kind],
        messages: [...typesOf(kind), ...carriedOf(kind)],
      },
    ]),
  ),
  ...Object.fromEntries(
    viewedKinds.map((kind) => [
      `discovery.${kind}`,
      {
        address: addressOf(kind, 'discovery'),
        description: 'Every change of one key of the view, as JSON that is never empty.',
        messages: [`changed.${kind}`],
      },
    ]),
  ),
  'discovery.position': {
    address: subjects.position,
    description:
      'How far the view has come, at least once a second: tells a watcher that silence is not loss.',
    messages: ['position'],
  },
  heartbeat: {
    address: subjects.heartbeat(incarnationId),
    description: 'A sign of life. Publish it with a reply subject and wait for the ack of the stream.',
    messages: ['heartbeat'],
  },
  probe: {
    address: subjects.probe(incarnationId),
    description: 'A request to an instance that is suspected; an answer clears it.',
    messages: ['probe', 'probe.answer'],
  },
  report: {
    address: subjects.report(incarnationId),
    description: 'A consumer says that its call to an instance failed. A hint, never a verdict.',
    messages: ['report'],
  },
  calls: {
    address: subjects.calls({ namespace: '{namespace}', service: '{service}', instance: '{instance}' }),
    description: 'A process tells whom it called since it last did. Outside the journal; may be lost.',
    messages: ['calls'],
  },
  'config.applied': {
    address: subjects.configApplied({
      namespace: '{namespace}',
      application: '{application}',
      instance: '{instance}',
    }),
    description: 'An instance says which config it has dealt with, and what it would not take.',
    messages: ['config.applied'],
  },
  ...requestChannels,
};

const headerTexts: Readonly<Partial<Record<keyof typeof headerNames, string>>> = {
  specversion: 'CloudEvents version: 1.0.',
  id: 'Unique id of the event; a UUID is a good choice.',
  source: 'Which process wrote it, as a URI reference.',
  time: "Time by the writer's own clock. Rules use the broker's time.",
  actor: 'Who acts: a person or a process.',
  reason: 'Why, in a sentence.',
  causationId: 'Id of the event that led to this one.',
  undoes: 'Of an event that undoes others: their sequences, the oldest first, parted by commas.',
  plan: 'Of an event that undoes others: the plan it belongs to.',
  traceparent: 'W3C trace context.',
  contentType: 'application/json',
  messageId: 'The same id again: the broker stores a message with a known id once within two minutes.',
};

const eventHeaders: Schema = {
  type: 'object',
  description: `CloudEvents 1.0 in binary mode: attributes are headers, the body is the record. What is longer than ${limits.attributeLengthMax} characters is cut.`,
  properties: Object.fromEntries(
    Object.entries(headerTexts).map(([name, words]) => [
      headerNames[name as keyof typeof headerNames],
      said(text, words),
    ]),
  ),
};

function eventMessage(type: EventType): Schema {
  const constant = objectOf({ [headerNames.type]: { const: type } }, [headerNames.type]);
  return {
    name: type,
    title: type,
    contentType: 'application/json',
    headers: { allOf: [ref('components/schemas/event.headers'), constant] },
    payload: ref(`components/schemas/${aggregateOfType[type]}`),
  };
}

const carriedTexts: Readonly<Record<keyof typeof carriedHeaderNames, string>> = {
  type: 'Type of the event that is said again.',
  sequence: 'Where it stood in the journal. Revisions go on to name this sequence.',
  atMs: 'When it was stored there, in ms since the epoch.',
  id: 'Its id.',
  registeredSequence: 'Of an instance: the sequence of the registration its record belongs to.',
  registeredAtMs: 'When that was stored, in ms since the epoch.',
};

function carriedMessage(kind: RecordKind): Schema {
  const places = Object.entries(carriedTexts).map(([name, words]) => {
    const header = carriedHeaderNames[name as keyof typeof carriedHeaderNames];
    return [header, said(text, words)] as const;
  });
  const required = [headerNames.type, ...places.slice(0, 4).map(([header]) => header)];
  return {
    name: carriedType,
    title: carriedType,
    summary:
      'The leading projector says an event again before the journal is cut in front of it. Who knows the event hears nothing new.',
    contentType: 'application/json',
    headers: {
      allOf: [
        ref('components/schemas/event.headers'),
        objectOf({ [headerNames.type]: { const: carriedType }, ...Object.fromEntries(places) }, required),
      ],
    },
    payload: ref(`components/schemas/${kind}`),
  };
}

const simple = (name: string, summary: string, schema: string): Schema => ({
  name,
  summary,
  contentType: 'application/json',
  payload: ref(`components/schemas/${schema}`),
});

const messages: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(Object.values(eventTypes).map((type) => [type, eventMessage(type)])),
  ...Object.fromEntries(carriedKinds.map((kind) => [`carried.${kind}`, carriedMessage(kind)])),
  ...Object.fromEntries(
    viewedKinds.map((kind) => [
      `changed.${kind}`,
      simple(`changed.${kind}`, 'A key of the view changed.', `view.${kind}`),
    ]),
  ),
  position: simple('position', 'Position and sums of the view.', 'position'),
  heartbeat: {
    ...simple('heartbeat', 'A sign of life.', 'heartbeat'),
    headers: objectOf(
      {
        'Nats-TTL': said(
          text,
          'How long the beat counts: the interval in whole seconds, rounded up, plus one; e.g. "4s".',
        ),
      },
      ['Nats-TTL'],
    ),
  },
  probe: { name: 'probe', summary: 'An empty request.', payload: { type: 'null' } },
  'probe.answer': simple('probe.answer', 'I am here.', 'probe.answer'),
  report: simple('report', 'A call failed.', 'report'),
  calls: simple('calls', 'Whom I called, how often and how well.', 'calls'),
  'config.applied': simple('config.applied', 'I have dealt with this config.', 'config.report'),
  ...requestMessages,
};

const channelMessages = (channel: string): Schema[] =>
  (channels[channel]?.messages ?? []).map((name) => ref(`channels/${channel}/messages/${name}`));

function operation(action: 'send' | 'receive', channel: string, summary: string): Schema {
  return { action, channel: ref(`channels/${channel}`), summary, messages: channelMessages(channel) };
}

const operations: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(
    kinds.map((kind) => [
      `write.${kind}`,
      {
        ...operation('send', `journal.${kind}`, `Append to the ${kind} aggregate, with an ack.`),
        messages: typesOf(kind).map((type) => ref(`channels/journal.${kind}/messages/${type}`)),
      },
    ]),
  ),
  ...Object.fromEntries(
    viewedKinds.map((kind) => [
      `watch.${kind}`,
      operation('receive', `discovery.${kind}`, 'Hear of every change.'),
    ]),
  ),
  'watch.position': operation('receive', 'discovery.position', 'Hear how far the view has come.'),
  beat: operation('send', 'heartbeat', 'Show that an incarnation lives.'),
  'answer.probe': {
    ...operation('receive', 'probe', 'Answer when asked whether an incarnation lives.'),
    messages: [ref('channels/probe/messages/probe')],
    reply: { channel: ref('channels/probe'), messages: [ref('channels/probe/messages/probe.answer')] },
  },
  'report.failed-call': operation('send', 'report', 'Say that a call failed.'),
  'report.calls': operation('send', 'calls', 'Tell whom this process called.'),
  'report.config': operation('send', 'config.applied', 'Say which config was applied.'),
  ...requestOperations,
};

/** The whole contract on NATS, from the point of view of a program that talks to Rollcall. */
export function asyncApi(): Schema {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Rollcall',
      version,
      description:
        'Services emit events, consumers subscribe to discovery subjects, auditors replay the stream REGISTRY. With ROLLCALL_PREFIX set, every subject begins with that prefix and a dot.',
      license: { name: license },
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: '127.0.0.1:4222', protocol: 'nats', description: 'The broker that npm start runs.' },
    },
    channels: Object.fromEntries(
      Object.entries(channels).map(([name, channel]) => [name, renderChannel(channel)]),
    ),
    operations,
    components: {
      parameters,
      messages,
      schemas: {
        'event.headers': eventHeaders,
        ...recordSchemas,
        ...Object.fromEntries(
          viewedKinds.map((kind) => [`view.${kind}`, viewRecordOf(viewed[kind] as Schema)]),
        ),
        position: positionRecord,
        heartbeat: heartbeatBody,
        'probe.answer': probeAnswer,
        report: failedCallReport,
        calls: callReport,
        'config.report': configReport,
      },
    },
  };
}
