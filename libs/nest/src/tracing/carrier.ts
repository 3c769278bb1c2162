import type { ExecutionContext } from '@nestjs/common';
import type { ReadField } from '#tracing';

/** What the interceptor needs to know of a call, whatever brought it. */
export interface TracedCall {
  readonly name: string;
  readonly read: ReadField;
  readonly attributes: Record<string, string>;
}

interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Fastify and Express each say where the route was declared. */
  readonly routeOptions?: { readonly url?: string };
  readonly route?: { readonly path?: string };
}

/** Contexts of Nest's transports, as far as they can carry fields. */
interface RpcContext {
  getHeaders?(): unknown;
  getMetadata?(): unknown;
  readonly headers?: unknown;
}

/** Where Nest's decorators of message handlers keep what the handler listens to. */
const PATTERN_METADATA = 'microservices:pattern';

export function describeCall(execution: ExecutionContext): TracedCall {
  return execution.getType() === 'http' ? httpCall(execution) : messageCall(execution);
}

/** Names and attributes follow the semantic conventions of OpenTelemetry for HTTP servers. */
function httpCall(execution: ExecutionContext): TracedCall {
  const request = execution.switchToHttp().getRequest<HttpRequest>();
  const { method = 'GET' } = request;
  const route = request.routeOptions?.url ?? request.route?.path ?? '';
  return {
    name: `${method} ${route}`.trim(),
    read: (name) => fieldOf(request.headers, name),
    attributes: { 'http.request.method': method, ...(route === '' ? {} : { 'http.route': route }) },
  };
}

function messageCall(execution: ExecutionContext): TracedCall {
  const context = execution.switchToRpc().getContext<RpcContext | undefined>() ?? {};
  const carrier = context.getHeaders?.() ?? context.getMetadata?.() ?? context.headers;
  const handler = `${execution.getClass().name}.${execution.getHandler().name}`;
  return {
    name: declaredPattern(execution) ?? handler,
    read: (name) => fieldOf(carrier, name),
    attributes: { 'rpc.system': 'nest', 'rpc.method': handler },
  };
}

/** As it was declared: subjects that arrive name instances and ids, and a trace is found by few names. */
function declaredPattern(execution: ExecutionContext): string | undefined {
  const patterns: unknown = Reflect.getMetadata(PATTERN_METADATA, execution.getHandler());
  const pattern: unknown = Array.isArray(patterns) ? patterns[0] : undefined;
  if (pattern === undefined || typeof pattern === 'string') return pattern;
  return JSON.stringify(pattern);
}

/** A field of a plain object, or of something with a `get()`, such as NATS headers and maps. */
function fieldOf(carrier: unknown, name: string): string | undefined {
  if (typeof carrier !== 'object' || carrier === null) return undefined;
  const reader = carrier as { get?: unknown };
  const found: unknown =
    typeof reader.get === 'function'
      ? (reader.get as (name: string) => unknown).call(carrier, name)
      : (carrier as Record<string, unknown>)[name];
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
