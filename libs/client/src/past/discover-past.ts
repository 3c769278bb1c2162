import { RollcallError } from '#contracts';
import type { Discovered } from '../client/answers.js';
import type { Past } from './past.js';

/** Who provided a service then. @throws as `Past.instances`, ROLLCALL_QUERY_INVALID */
export async function discoverPast(
  past: Past,
  service: string,
  { atLeast, withDeparted = false }: { readonly atLeast?: number; readonly withDeparted?: boolean },
): Promise<Discovered> {
  if (atLeast !== undefined) {
    throw new RollcallError('ROLLCALL_QUERY_INVALID', 'at asks for the past, atLeast for what is to come', {
      action: 'Leave out one of them.',
    });
  }
  const instances = await past.instances(service, { withDeparted });
  // The past does not grow old.
  return { instances, position: past.sequence ?? 0, staleMs: 0, isStale: false };
}
