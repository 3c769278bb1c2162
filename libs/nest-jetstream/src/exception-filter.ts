import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import { JetStreamContext } from './context.js';

/**
 * Lets the transport see what a handler threw. Without it Nest replaces every unknown error by "Internal server
 * error", and that is then the reason of the dead letter: `app.useGlobalFilters(new JetStreamExceptionFilter())`.
 */
@Catch()
export class JetStreamExceptionFilter extends BaseRpcExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): Observable<unknown> {
    const isOurs =
      host.getType() === 'rpc' && host.switchToRpc().getContext<unknown>() instanceof JetStreamContext;
    // oxlint-disable-next-line promise/valid-params -- the catch() of a filter, not of a promise
    return isOurs ? throwError(() => exception) : super.catch(exception, host);
  }
}
