import type { EffectiveStatus, InstanceView } from '#contracts';
import { serviceId } from '../view/sum-ledger.js';

/**
 * Whether callers should be sent to an instance. `preferred`: yes. `last-resort`: only while its service has
 * nobody better; it may still answer. `never`: it is gone, asks for no traffic, or is not ready for it.
 */
export type Routability = 'preferred' | 'last-resort' | 'never';

const byStatus: Readonly<Record<EffectiveStatus, Routability>> = {
  up: 'preferred',
  // Each of these may well answer: a suspect may be alive, an overloaded one slow, a draining one not yet gone.
  suspect: 'last-resort',
  overloaded: 'last-resort',
  draining: 'last-resort',
  starting: 'never',
  maintenance: 'never',
  down: 'never',
};

/** The one place that says what routable means. */
export function routability(view: InstanceView): Routability {
  if (view.departure !== undefined || view.weight === 0) return 'never';
  // A status a later version invents is nothing to send traffic to.
  return byStatus[view.status] ?? 'never';
}

/**
 * The instances callers should be sent to: of each service the preferred ones, or while it has none, the last
 * resort. So a service is never emptied by doubt alone.
 */
export function routableOf(views: readonly InstanceView[]): InstanceView[] {
  const hasPreferred = new Set<string>();
  for (const view of views) if (routability(view) === 'preferred') hasPreferred.add(idOf(view));
  return views.filter((view) => {
    const rank = routability(view);
    return rank === 'preferred' || (rank === 'last-resort' && !hasPreferred.has(idOf(view)));
  });
}

function idOf({ namespace, service }: InstanceView): string {
  return serviceId(namespace, service);
}
