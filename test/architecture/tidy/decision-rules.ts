import { type Decision, parseDecision } from '../../reference/decisions.js';
import type { Complaint, SourceFile } from './repository.js';

const rule = 'decisions can be read by people and by the index';

/** Every decision record parses, and the numbers are without gaps. */
export function decisionComplaints(files: readonly SourceFile[]): Complaint[] {
  const records = files.filter(
    ({ path }) => path.startsWith('docs/decisions/') && path !== 'docs/decisions/README.md',
  );
  const decisions: Decision[] = [];
  const complaints: Complaint[] = [];
  for (const { path, lines } of records) {
    const parsed = parseDecision(path, lines);
    if ('problem' in parsed) complaints.push({ rule, place: path, remedy: parsed.problem });
    else decisions.push(parsed);
  }
  const gap = decisions.findIndex(({ number }, index) => number !== index + 1);
  if (gap === -1 || complaints.length > 0) return complaints;
  const remedy = `Number it ${String(gap + 1).padStart(4, '0')}: numbers have no gaps and are never used twice`;
  return [{ rule, place: decisions[gap]?.path ?? '', remedy }];
}
