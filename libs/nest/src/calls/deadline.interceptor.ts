import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { readTimeout, TIMEOUT_HEADER, withDeadline } from '#client';

/** Keeps the calls a handler makes within the time its own caller waits. */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
    const timeoutMs = readTimeout(headers[TIMEOUT_HEADER]);
    if (timeoutMs === undefined) return next.handle();
    return new Observable((subscriber) => withDeadline(timeoutMs, () => next.handle().subscribe(subscriber)));
  }
}
