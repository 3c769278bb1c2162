import { isDeepStrictEqual } from 'node:util';

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** What a JSON pointer of this document leads to. */
function lookUp(document: Node, pointer: string): unknown {
  return pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (value, key) => (isNode(value) ? value[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
      document,
    );
}

function referencesIn(value: unknown): string[] {
  if (!isNode(value)) return [];
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

function channelProblems(name: string, channel: Node): string[] {
  const named = [...String(channel['address']).matchAll(/\{(\w+)\}/g)].map(
    ([, parameter]) => parameter as string,
  );
  const described = Object.keys(channel['parameters'] ?? {});
  return [
    ...named
      .filter((parameter) => !described.includes(parameter))
      .map((parameter) => `channel ${name}: the parameter "${parameter}" of its address is not described`),
    ...described
      .filter((parameter) => !named.includes(parameter))
      .map((parameter) => `channel ${name}: the parameter "${parameter}" is not in its address`),
  ];
}

function operationProblems(document: Node, name: string, operation: Node): string[] {
  const channel = (operation['channel'] as Node | undefined)?.['$ref'];
  const messages = (operation['messages'] ?? []) as readonly Node[];
  const foreign = messages
    .map((message) => String(message['$ref']))
    .filter((message) => !message.startsWith(`${String(channel)}/messages/`));
  const action = operation['action'];
  return [
    ...(action === 'send' || action === 'receive'
      ? []
      : [`operation ${name}: the action is "${String(action)}"`]),
    ...(isNode(lookUp(document, String(channel))) ? [] : [`operation ${name}: it has no channel`]),
    ...foreign.map((message) => `operation ${name}: the message ${message} is not one of its channel`),
  ];
}

function headProblems(document: Node): string[] {
  const info = (document['info'] ?? {}) as Node;
  const version = document['asyncapi'];
  return [
    ...(isDeepStrictEqual(version, '3.0.0') ? [] : [`asyncapi is "${String(version)}" instead of 3.0.0`]),
    ...['title', 'version'].filter((field) => !info[field]).map((field) => `info.${field} is missing`),
  ];
}

/** What makes an AsyncAPI 3 document unusable, as far as we build on it. Not a full validator, and no dependency. */
export function asyncApiProblems(document: Node): string[] {
  const channels = Object.entries((document['channels'] ?? {}) as Readonly<Record<string, Node>>);
  const operations = Object.entries((document['operations'] ?? {}) as Readonly<Record<string, Node>>);
  const names = Object.values((document['components'] ?? {}) as Readonly<Record<string, Node>>).flatMap(
    Object.keys,
  );
  return [
    ...headProblems(document),
    ...names.filter((name) => !/^[\w.-]+$/.test(name)).map((name) => `"${name}" cannot name a component`),
    ...[...new Set(referencesIn(document))]
      .filter((reference) => lookUp(document, reference) === undefined)
      .map((reference) => `${reference} leads nowhere`),
    ...channels.flatMap(([name, channel]) => channelProblems(name, channel)),
    ...operations.flatMap(([name, operation]) => operationProblems(document, name, operation)),
  ];
}
