import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { currentTraceparent, parseTraceparent, TRACEPARENT } from './traceparent.js';

/** Reads a field of whatever a message brought along: headers of HTTP or NATS, metadata of a packet. */
export type ReadField = (name: string) => string | undefined;

/**
 * The fields that carry the active trace on: those of the propagator the application registered, and `traceparent`
 * in any case. Empty outside of a trace.
 */
export function traceFields(): Record<string, string> {
  const fields: Record<string, string> = {};
  propagation.inject(context.active(), fields);
  const own = currentTraceparent();
  if (own !== undefined) fields[TRACEPARENT] ??= own;
  return fields;
}

/** The context a message came from; the root context when it names none that can be read. */
export function traceContextOf(read: ReadField): Context {
  const found = propagation.extract(ROOT_CONTEXT, read, {
    get: (carrier, name) => carrier(name),
    keys: () => propagation.fields(),
  });
  if (trace.getSpanContext(found) !== undefined) return found;
  const parent = parseTraceparent(read(TRACEPARENT));
  return parent === undefined ? found : trace.setSpanContext(found, parent);
}
