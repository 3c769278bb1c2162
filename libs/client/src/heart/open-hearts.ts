import type { Hearts } from './heart.js';
import { SharedHearts } from './shared-hearts.js';
import { WorkerHearts, type WorkerHeartsParts } from './worker-hearts.js';

/**
 * `thread`: on a worker thread and connections of their own. `shared`: on the thread and connection of everything
 * else; about 13 MB cheaper, and silent while the event loop is held up.
 */
export type HeartPlacement = 'thread' | 'shared';

/** A thread runs compiled code only: from TypeScript sources, as in a test runner, hearts are always shared. */
export function openHearts(placement: HeartPlacement = 'thread', parts: WorkerHeartsParts): Hearts {
  const isCompiled = import.meta.url.endsWith('.js');
  return placement === 'thread' && isCompiled ? new WorkerHearts(parts) : new SharedHearts(parts);
}
