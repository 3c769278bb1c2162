import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Complaint, placesOf, type SourceFile } from './repository.js';

/** What people read: Markdown outside the generated reference. */
const isDocument = ({ path }: SourceFile): boolean => path.endsWith('.md');

/** Headings as GitHub makes anchors of them. */
function anchorsOf(file: SourceFile): Set<string> {
  const headings = file.lines.flatMap((line) => /^#{1,6} (.+)$/.exec(line)?.[1] ?? []);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Relative links lead to a file that exists, and to a heading in it. */
export function linkComplaints(files: readonly SourceFile[]): Complaint[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.filter(isDocument).flatMap((file) =>
    file.lines.flatMap((line, index) =>
      [...line.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
        if (/^[a-z]+:/i.test(target)) return [];
        const [path = '', anchor] = target.split('#');
        const found =
          path === '' ? file.path : normalize(join(dirname(file.path), path)).replaceAll('\\', '/');
        const place = `${file.path}:${index + 1}`;
        if (!existsSync(found))
          return [{ rule: 'links lead somewhere', place, remedy: `There is no ${found}` }];
        const page = byPath.get(found);
        if (anchor === undefined || page === undefined || anchorsOf(page).has(anchor)) return [];
        return [{ rule: 'links lead somewhere', place, remedy: `${found} has no heading for #${anchor}` }];
      }),
    ),
  );
}

/** Commands that people paste exist. */
export function scriptComplaints(files: readonly SourceFile[], scripts: ReadonlySet<string>): Complaint[] {
  return files.filter(isDocument).flatMap((file) =>
    file.lines.flatMap((line, index) =>
      [...line.matchAll(/\bnpm run (?:--?[\w-]+ )*([\w:-]+)/g)]
        .filter(([, script = '']) => !scripts.has(script))
        .map(([, script]) => ({
          rule: 'every command exists',
          place: `${file.path}:${index + 1}`,
          remedy: `package.json has no script "${script}"`,
        })),
    ),
  );
}

/** The changelog has a place for what is not released yet. */
export function changelogComplaints(files: readonly SourceFile[]): Complaint[] {
  const changelog = files.find(({ path }) => path === 'CHANGELOG.md');
  if (changelog !== undefined && placesOf(changelog, /^## Unreleased$/).length === 1) return [];
  const remedy =
    'Add "## Unreleased" with one line for whoever it concerns: operators, service authors, contributors';
  return [{ rule: 'what changed can be read', place: 'CHANGELOG.md', remedy }];
}
