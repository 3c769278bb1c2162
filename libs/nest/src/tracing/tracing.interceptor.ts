import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, finalize, type Observable, throwError } from 'rxjs';
import { isTraced, openSpan, traceContextOf } from '#tracing';
import { describeCall } from './carrier.js';

/**
 * Goes on with the trace of the caller in every handler, HTTP and message patterns alike:
 * `app.useGlobalInterceptors(new TracingInterceptor())`. Traces nothing unless the application has registered an
 * OpenTelemetry SDK, and leaves alone what another instrumentation has taken up already.
 */
@Injectable()
export class TracingInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (isTraced()) return next.handle();
    const { name, read, attributes } = describeCall(execution);
    const open = openSpan({ name, kind: 'server', attributes, parent: traceContextOf(read) });
    // Nest runs the handler in the asynchronous context in which handle() is called.
    return open
      .run(() => next.handle())
      .pipe(
        catchError((error: unknown) => {
          open.end(error);
          return throwError(() => error);
        }),
        finalize(() => open.end()),
      );
  }
}
