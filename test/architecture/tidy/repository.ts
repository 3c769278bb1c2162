import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** One text file of the repository. */
export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly lines: readonly string[];
}

/** What a rule found: where, what, and what to do about it. */
export interface Complaint {
  readonly rule: string;
  readonly place: string;
  readonly remedy: string;
}

const skipped = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.git',
  '.data',
  '.cache',
  'package-lock.json',
  'LICENSE',
]);
const textual = /\.(ts|mjs|cjs|js|json|md|ya?ml|sh|conf)$|^(\.npmrc|\.nvmrc|\.gitignore|prettierignore|run)$/;

/** Every text file below a folder, in a stable order. */
export function filesBelow(folder: string, root = folder): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (skipped.has(entry.name)) return [];
      if (entry.isDirectory()) return filesBelow(path, root);
      if (!textual.test(entry.name)) return [];
      return [fileOf(relative(root, path).replaceAll('\\', '/'), readFileSync(path, 'utf8'))];
    });
}

export function fileOf(path: string, text: string): SourceFile {
  return { path, lines: text.split('\n') };
}

/** Places where a pattern occurs, as `path:line`. */
export function placesOf(file: SourceFile, pattern: RegExp): string[] {
  return file.lines.flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}`] : []));
}

/** A complaint as one line for whoever has to act on it. */
export const said = ({ rule, place, remedy }: Complaint): string => `${place}: ${rule}. ${remedy}`;
