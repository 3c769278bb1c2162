import type { Journal } from '../ports/journal.js';
import { Teller, type TimelineLine } from '../history/timeline.js';

/** Everything the journal says about an instance, and about the policy and protection of its service, in order. */
export async function storyOf(
  journal: Journal,
  {
    namespace,
    service,
    instance,
  }: { readonly namespace: string; readonly service: string; readonly instance: string },
): Promise<TimelineLine[]> {
  const lines: TimelineLine[] = [];
  const teller = new Teller();
  const kinds = ['instance', 'override', 'verdict'];
  const patterns = [
    ...kinds.map((kind) => `${namespace}.${kind}.${service}.${instance}`),
    `${namespace}.protection.${service}`,
    `${namespace}.service.${service}`,
  ];
  await journal.read({ patterns }, (raw) => {
    const line = teller.tell(raw);
    if (line !== undefined) lines.push(line);
  });
  return lines;
}
