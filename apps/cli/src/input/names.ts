import { checkName } from '#contracts';
import { checkedPlace, type HistoricPlace } from '#application';
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

/** `orders` the config of an application, `orders/limits.maxPool` one key of it. @throws ROLLCALL_NAME_INVALID */
export function configPlaceOf(namespace: string, text: string): HistoricPlace {
  const [application = '', ...key] = text.split('/');
  return checkedPlace({ namespace, application, ...(key.length === 0 ? {} : { key: key.join('/') }) });
}

/** Nothing: the namespace; `orders`: a service; `orders/orders-1`: an instance. @throws as `instanceNamesOf` */
export function placeOf(namespace: string, what: string | undefined): HistoricPlace {
  checkName('namespace', namespace);
  if (what === undefined) return { namespace };
  return what.includes('/')
    ? instanceNamesOf(namespace, what, undefined)
    : { namespace, service: checkName('service', what) };
}
