import { type Decision, parseDecision } from '../../reference/decisions.js';
import type { Complaint, SourceFile } from './repository.js';

const rule = 'decisions can be read by people and by the index';

/** Every decision record parses, and no number is used twice: two may be written at the same time. */
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
  const numbers = decisions.map(({ number }) => number);
  const twice = decisions.find(({ number }, index) => numbers.indexOf(number) !== index);
  if (twice === undefined) return complaints;
  const remedy = `Number it ${Math.max(...numbers) + 1}: a number is never used twice`;
  return [...complaints, { rule, place: twice.path, remedy }];
}
