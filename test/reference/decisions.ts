import { readdirSync, readFileSync } from 'node:fs';

/** What the index shows of a decision record. */
export interface Decision {
  readonly path: string;
  readonly number: number;
  readonly title: string;
  readonly date: string;
  readonly status: string;
  readonly tags: readonly string[];
}

const statuses = ['proposed', 'accepted', 'superseded', 'rejected'];
const sections = ['Context', 'Decision', 'Consequences'];
const FOLDER = 'docs/decisions';

/** The first rows of two columns: `| Date | 2026-11-22 |`. */
function metadataOf(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const row = /^\| ([^|]+?) *\| ([^|]+?) *\|$/.exec(line);
      return row === null ? [] : [[row[1] as string, row[2] as string]];
    }),
  );
}

/** What each row of the table must hold, and what to say when it does not. */
const rows: readonly [name: string, form: RegExp, remedy: string][] = [
  ['Date', /^\d{4}-\d\d-\d\d$/, 'a day like 2026-11-22'],
  ['Status', new RegExp(`^(${statuses.join('|')})\\b`), `one of ${statuses.join(', ')}`],
  ['Tags', /^[a-z-]+(, [a-z-]+)*$/, 'words with commas between'],
  ['Needs nats-server', /^(any|\d+\.\d+)$/, 'a version like 2.12, or "any"'],
];

/** Reads the head of a record: `# 0001 Title`, a table of metadata, and the three sections of Nygard's form. */
export function parseDecision(
  path: string,
  lines: readonly string[],
): Decision | { readonly problem: string } {
  const [, number, title] = /^# (\d{4}) (.+)$/.exec(lines[0] ?? '') ?? [];
  if (number === undefined || title === undefined) return { problem: 'Begin with "# 0001 Title"' };
  if (!path.startsWith(`${FOLDER}/${number}-`))
    return { problem: `Its file name has another number than ${number}` };
  const table = metadataOf(lines);
  const wrong = rows.find(([name, form]) => !form.test(table.get(name) ?? ''));
  if (wrong !== undefined) return { problem: `The table needs a row "${wrong[0]}": ${wrong[2]}` };
  const missing = sections.find((section) => !lines.includes(`## ${section}`));
  if (missing !== undefined) return { problem: `It lacks the section "${missing}"` };
  const [date, status, tags] = ['Date', 'Status', 'Tags'].map((name) => table.get(name) as string);
  return {
    path,
    number: Number(number),
    title,
    date: date ?? '',
    status: status ?? '',
    tags: (tags ?? '').split(', '),
  };
}

function decisions(): Decision[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}-.+\.md$/.test(name))
    .toSorted()
    .flatMap((name) => {
      const path = `${FOLDER}/${name}`;
      const parsed = parseDecision(path, readFileSync(path, 'utf8').split('\n'));
      return 'problem' in parsed ? [] : [parsed];
    });
}

/** The index of all records, as a list so that long titles do not move columns. */
export function renderDecisionIndex(): string {
  return [
    '# Decisions',
    '',
    '<!-- Generated from the records by `npm run reference`. Do not edit. -->',
    '',
    'A decision is written down before the code when a wall, a wire format, a default or a dependency changes. A',
    'record is not rewritten when we change our mind: a new one supersedes it, and its status says so.',
    '',
    ...decisions().map(
      ({ path, number, title, status, date, tags }) =>
        `- [${String(number).padStart(4, '0')}](${path.slice(FOLDER.length + 1)}) ${title} (${status}, ${date}; ${tags.join(', ')})`,
    ),
    '',
  ].join('\n');
}
