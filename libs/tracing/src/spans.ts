import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export interface SpanPlan {
  readonly name: string;
  readonly kind: 'client' | 'server' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** What the span is a child of. Default: the active context. */
  readonly parent?: Context;
}

const kinds = {
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** A span, and what runs within it. Without an SDK registered by the application, both cost next to nothing. */
export interface OpenSpan {
  readonly span: Span;
  /** Runs something with the span as the active one. */
  run<Result>(work: () => Result): Result;
  /** Ends it, once. @param error what went wrong, if anything did */
  end(error?: unknown): void;
}

export function openSpan({ name, kind, attributes = {}, parent = context.active() }: SpanPlan): OpenSpan {
  const span = trace.getTracer('rollcall').startSpan(name, { kind: kinds[kind], attributes }, parent);
  const within = trace.setSpan(parent, span);
  let isOpen = true;
  return {
    span,
    run: (work) => context.with(within, work),
    end: (error) => {
      if (!isOpen) return;
      isOpen = false;
      if (error !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(error) });
        if (error instanceof Error) span.recordException(error);
      }
      span.end();
    },
  };
}

/** Runs some work in a span of its own, which ends with it and tells its failure. */
export async function inSpan<Result>(plan: SpanPlan, work: (span: Span) => Promise<Result>): Promise<Result> {
  const open = openSpan(plan);
  try {
    const result = await open.run(() => work(open.span));
    open.end();
    return result;
  } catch (error) {
    open.end(error);
    throw error;
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? typeof error);
}

/** Whether somebody has opened a span here already, such as an instrumentation of the HTTP server. */
export function isTraced(): boolean {
  return trace.getActiveSpan() !== undefined;
}
