import { type AggregateId, decodeEvent, type RegistryEvent } from '#contracts';
import { foldEvent, type FoldEntry, tell, toTime } from '#domain';
import type { Journal } from '../ports/journal.js';

/** One line of the story of an instance. */
export interface StoryLine {
  readonly sequence: number;
  readonly at: string;
  readonly type: string;
  readonly sentence: string;
  readonly actor?: string;
  readonly traceparent?: string;
  /** Why the view paid no attention to it. */
  readonly refused?: string;
}

/** Everything the journal says about an instance, and about the protection of its service, in order. */
export async function storyOf(
  journal: Journal,
  {
    namespace,
    service,
    instance,
  }: { readonly namespace: string; readonly service: string; readonly instance: string },
): Promise<StoryLine[]> {
  const lines: StoryLine[] = [];
  let entry: FoldEntry | undefined;
  const patterns = [
    ...(['instance', 'override', 'verdict'] as const).map(
      (kind) => `${namespace}.${kind}.${service}.${instance}`,
    ),
    `${namespace}.protection.${service}`,
    `${namespace}.service.${service}`,
  ];
  await journal.read({ patterns }, (raw) => {
    const decoded = decodeEvent(raw);
    if (decoded.kind === 'unknown') return;
    if (decoded.kind === 'rejected') {
      const { code, reason } = decoded.rejection;
      lines.push({
        sequence: raw.sequence,
        at: toTime(raw.atMs),
        type: 'unreadable',
        sentence: 'an event could not be read',
        refused: `${code}: ${reason}`,
      });
      return;
    }
    const { event } = decoded;
    const step = isAboutInstance(event.aggregate) ? foldEvent(entry, event) : undefined;
    if (step?.kind === 'changed') entry = step.entry;
    lines.push({ ...lineOf(event), ...(step?.kind === 'refused' ? { refused: step.rejection.reason } : {}) });
  });
  return lines;
}

function isAboutInstance(aggregate: AggregateId): boolean {
  return 'instance' in aggregate;
}

function lineOf(event: RegistryEvent): StoryLine {
  return {
    sequence: event.sequence,
    at: toTime(event.atMs),
    type: event.type,
    sentence: tell(event),
    ...(event.actor === undefined ? {} : { actor: event.actor }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}
