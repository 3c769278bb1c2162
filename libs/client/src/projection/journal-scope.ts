import { checkName, limits, RollcallError } from '#contracts';
import type { ClientPlace } from '../client/place.js';

/**
 * Journal subjects of a namespace, or of some of its services.
 * @throws ROLLCALL_NAME_INVALID, ROLLCALL_QUERY_INVALID
 */
export function journalScope(
  { subjects, namespace }: Pick<ClientPlace, 'subjects' | 'namespace'>,
  services?: readonly string[],
): string[] {
  const start = `${subjects.journalAll.slice(0, -1)}${namespace}`;
  if (services === undefined) return [`${start}.>`];
  if (services.length === 0 || services.length > limits.queryTermsMax) {
    throw new RollcallError(
      'ROLLCALL_QUERY_INVALID',
      `services names ${services.length} services, allowed are 1 to ${limits.queryTermsMax}`,
      { action: 'Leave services out, and take of the events what you need.' },
    );
  }
  return services.flatMap((service) => {
    checkName('service', service);
    return [
      ...['instance', 'override', 'verdict'].map((kind) => `${start}.${kind}.${service}.*`),
      ...['service', 'protection'].map((kind) => `${start}.${kind}.${service}`),
    ];
  });
}
