import type { InstanceView } from '#contracts';
import { routability } from '../query/routability.js';

/**
 * How good a choice an instance is by what the view says of it; 0 is best. A worse tier is used only while a better
 * one has nobody: an overloaded instance is slow but alive, a draining one alive but about to go, a suspect perhaps
 * dead.
 */
export type Tier = 0 | 1 | 2 | 3;

const lastResorts: Readonly<Record<string, Tier>> = { overloaded: 1, draining: 2, suspect: 3 };

/** Undefined: callers are never sent there. */
export function tierOf(view: InstanceView): Tier | undefined {
  const rank = routability(view);
  if (rank === 'never') return undefined;
  return rank === 'preferred' ? 0 : (lastResorts[view.status] ?? 3);
}
