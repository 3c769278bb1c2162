import { parseDuration } from '#domain';
import type { Journal } from '#application';

/** So long ago is a usual question, also of a registry that is younger: then it begins with the first event. */
export async function sinceThere(journal: Pick<Journal, 'ends' | 'at'>, from: string): Promise<string> {
  const agoMs = from.startsWith('-') ? parseDuration(from.slice(1)) : undefined;
  if (agoMs === undefined) return from;
  const { firstSequence } = await journal.ends();
  const first = await journal.at(firstSequence);
  return first !== undefined && first.atMs > Date.now() - agoMs ? String(firstSequence) : from;
}
