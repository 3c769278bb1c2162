import { RpcException } from '@nestjs/microservices';

/** Thrown by a handler that will never be able to handle this event: it is given up without a further try. */
export class PoisonMessage extends RpcException {
  constructor(reason: string) {
    super({ status: 'error', message: reason, isPoison: true });
    this.message = reason;
  }
}

/** Recognises it also behind Nest's exception filters, which pass on what it was made of. */
export function isPoison(error: unknown): boolean {
  if (error instanceof PoisonMessage) return true;
  return typeof error === 'object' && error !== null && 'isPoison' in error && error.isPoison === true;
}

/** What went wrong, in words, for whatever was thrown. */
export function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
}
