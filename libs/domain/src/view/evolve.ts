import type { RegistryEvent, Rejection } from '#contracts';
import type { ViewEntry } from './entry.js';
import { foldEvent, joinEntry, splitEntry } from './fold-entry.js';

export type Evolved =
  | { readonly kind: 'changed'; readonly entry: ViewEntry }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

/**
 * The whole rule of the view: what stands under a view key after an event, given what stood there before.
 * Total (never throws on a decoded event), pure, and never mutates what it is given.
 */
export function evolve(current: ViewEntry | undefined, event: RegistryEvent): Evolved {
  const step = foldEvent(current === undefined ? undefined : splitEntry(current), event);
  return step.kind === 'changed' ? { kind: 'changed', entry: joinEntry(step.entry) } : step;
}
