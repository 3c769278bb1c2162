export { type ReadField, traceContextOf, traceFields } from './propagation.js';
export { inSpan, isTraced, type OpenSpan, openSpan, type SpanPlan } from './spans.js';
export { currentTraceparent, formatTraceparent, parseTraceparent } from './traceparent.js';
