import { SetMetadata } from '@nestjs/common';

export const ON_INSTANCE_CHANGE = Symbol('rollcall:on-instance-change');

/** What a marked method wants to hear of. */
export type ChangeInterest = string | { readonly all: true };

/**
 * Calls the method with each `InstanceChange` of a service, or of everything in the namespace when no service is
 * named. For the present state ask `RollcallClient.discover()`, which answers from memory.
 */
export function OnInstanceChange(service?: string): MethodDecorator {
  return SetMetadata<symbol, ChangeInterest>(ON_INSTANCE_CHANGE, service ?? { all: true });
}
