import type { Hearts } from './heart.js';
import { SharedHearts } from './shared-hearts.js';
import { ThreadHearts, type ThreadHeartsParts } from './thread-hearts.js';

/**
 * `thread`: on a thread and connection of their own. `shared`: beside everything else, about 13 MB cheaper, and
 * silent while the event loop is held up.
 */
export type HeartPlacement = 'thread' | 'shared';

/** A thread runs compiled code only: from TypeScript sources, as in a test runner, hearts are always shared. */
export function openHearts(placement: HeartPlacement = 'thread', parts: ThreadHeartsParts): Hearts {
  const isCompiled = import.meta.url.endsWith('.js');
  return placement === 'thread' && isCompiled ? new ThreadHearts(parts) : new SharedHearts(parts);
}
