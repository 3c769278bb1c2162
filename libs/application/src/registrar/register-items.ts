import { checkName, isRollcallError, limits, quote, RollcallError } from '#contracts';
import { registrationOf } from '../input/registration-input.js';
import type { BulkRegistrar, BulkResult } from './bulk-registrar.js';
import type { Actor } from './event-factory.js';
import type { RegistrationInput } from './registrar.js';

/** What became of one registration of many, in the place it had among them. */
export interface BulkItem {
  readonly service?: string;
  readonly instance?: string;
  readonly sequence?: number;
  readonly incarnation?: number;
  readonly error?: RollcallError;
}

/**
 * Registers a list from outside: each item names its service and instance. Items that cannot be accepted do no harm
 * to the others. An item that is an error already stays one.
 * @throws ROLLCALL_BODY_INVALID when it is no list, ROLLCALL_BODY_TOO_LARGE when it is too long
 */
export async function registerItems(
  bulk: BulkRegistrar,
  namespace: string,
  items: unknown,
  by: Actor,
): Promise<BulkItem[]> {
  const read = listOf(items).map((item) => readItem(namespace, item));
  const valid = read.filter((item): item is RegistrationInput => !isRollcallError(item));
  const stored = await bulk.register(valid, by);
  let next = 0;
  return read.map((item) => {
    if (isRollcallError(item)) return { error: item };
    const result = stored[next] as BulkResult;
    next += 1;
    const { service, instance } = item;
    return isRollcallError(result) ? { service, instance, error: result } : { service, instance, ...result };
  });
}

function listOf(items: unknown): unknown[] {
  if (!Array.isArray(items)) {
    throw new RollcallError('ROLLCALL_BODY_INVALID', `${quote(items ?? null)} is no list of registrations`, {
      action: 'Send a JSON array, each item with its service and instance.',
    });
  }
  if (items.length <= limits.batchMessagesMax) return items as unknown[];
  const text = `${items.length} registrations are more than ${limits.batchMessagesMax}, the most allowed at once`;
  throw new RollcallError('ROLLCALL_BODY_TOO_LARGE', text);
}

function readItem(namespace: string, item: unknown): RegistrationInput | RollcallError {
  if (isRollcallError(item)) return item;
  try {
    const { service, instance } = (item ?? {}) as Record<string, unknown>;
    return registrationOf(
      { namespace, service: checkName('service', service), instance: checkName('instance', instance) },
      item,
    );
  } catch (error) {
    if (isRollcallError(error)) return error;
    throw error;
  }
}
