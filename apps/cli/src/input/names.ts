import { checkName } from '#contracts';
import { usage } from './usage.js';

/** `orders orders-1` or `orders/orders-1`. @throws ROLLCALL_USAGE, ROLLCALL_NAME_INVALID */
export function instanceNamesOf(namespace: string, service: string, instance: string | undefined) {
  const [first = '', second, ...more] = instance === undefined ? service.split('/') : [service, instance];
  if (second === undefined || more.length > 0)
    throw usage('it takes a service and an instance', 'Write "orders orders-1" or "orders/orders-1".');
  return {
    namespace: checkName('namespace', namespace),
    service: checkName('service', first),
    instance: checkName('instance', second),
  };
}
