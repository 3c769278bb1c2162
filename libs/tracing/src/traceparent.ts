import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

/** Name of the header, and of the attribute of our events. */
export const TRACEPARENT = 'traceparent';

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** A span context in the words of W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`;
}

/** Reads the header of a caller; undefined when it is none. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(text ?? '') ?? [];
  // Version ff is forbidden; versions to come may append fields, version 00 may not.
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  const found: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(found) ? found : undefined;
}

/** The span that is active here, for headers and events; undefined outside of a trace. */
export function currentTraceparent(): string | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  return context !== undefined && isSpanContextValid(context) ? formatTraceparent(context) : undefined;
}
