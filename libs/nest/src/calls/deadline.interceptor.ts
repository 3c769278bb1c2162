import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { readTimeout, TIMEOUT_HEADER, withDeadline } from '#client';
import { describeCall } from '../tracing/carrier.js';

/** Keeps the calls a handler makes within the time its own caller waits, HTTP and message patterns alike. */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const timeoutMs = readTimeout(describeCall(context).read(TIMEOUT_HEADER));
    if (timeoutMs === undefined) return next.handle();
    return new Observable((subscriber) => withDeadline(timeoutMs, () => next.handle().subscribe(subscriber)));
  }
}
