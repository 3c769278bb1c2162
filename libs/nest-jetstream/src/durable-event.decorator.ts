import { EventPattern } from '@nestjs/microservices';
import type { HandlerOptions } from './options.js';
import { JETSTREAM } from './transport.js';

/**
 * `@EventPattern` for this transport only, with options of this handler that the compiler checks:
 * `@DurableEvent('orders.*.placed', { concurrency: 1 })`.
 */
export function DurableEvent(pattern: string, options: HandlerOptions = {}): MethodDecorator {
  return EventPattern(pattern, JETSTREAM, options) as MethodDecorator;
}
