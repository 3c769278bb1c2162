import { quote, RollcallError } from '#contracts';
import type { ViewTable } from '#domain';

/** Names the error lists to show what there is. */
const NAMES_SHOWN = 8;

/** What to say of a service nobody has registered: what there is instead, for whoever has misspelt it. */
export function unknownService(table: ViewTable, namespace: string, service: string): RollcallError {
  const known: string[] = [];
  for (const slots of table.services()) {
    if (slots.namespace !== namespace) continue;
    known.push(known.length < NAMES_SHOWN ? slots.service : '...');
    if (known.length > NAMES_SHOWN) break;
  }
  const there = known.length === 0 ? 'nothing is registered there' : `there is ${known.join(', ')}`;
  const text = `namespace ${quote(namespace)} has no service ${quote(service)}; ${there}`;
  return new RollcallError('ROLLCALL_SERVICE_UNKNOWN', text, {
    action: 'Check both names. If it is still to come, wait for it with index=0&wait=30s, or watch it.',
  });
}
