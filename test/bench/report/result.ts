import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Comparison } from './comparison.js';
import type { Machine } from './machine.js';
import type { Section } from './report.js';

/** A section with the version of the code it measured. */
export interface RecordedSection extends Section {
  readonly commit: string;
  /** Where it is another one than that of the page. */
  readonly machine?: Machine;
}

export interface Result {
  readonly machine: Machine;
  readonly sections: readonly RecordedSection[];
  /** Two commits measured in turns; the latest of each benchmark. */
  readonly comparisons?: readonly Comparison[];
}

/** The commit, and whether something was changed since: such a number nobody else can repeat. */
export function commitNow(): string {
  const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--', 'apps', 'libs', 'test') !== '';
    return `${git('rev-parse', '--short=10', 'HEAD')}${isChanged ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

export function readResult(file: string): Result | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result) : undefined;
}

/** What was measured elsewhere keeps saying so when the page goes to another machine. */
function movedTo<Measured extends { readonly machine?: Machine }>(
  now: Machine,
  page: Machine | undefined,
  all: readonly Measured[] = [],
): Measured[] {
  return all.map(({ machine = page, ...measured }) => {
    const isHere = machine === undefined || isDeepStrictEqual(machine, now);
    return { ...measured, ...(!isHere && { machine }) } as Measured;
  });
}

function onMachine(before: Result | undefined, machine: Machine): Result {
  const sections = movedTo(machine, before?.machine, before?.sections);
  if (before?.comparisons === undefined) return { machine, sections };
  return { machine, sections, comparisons: movedTo(machine, before.machine, before.comparisons) };
}

/** What was measured now replaces what the same benchmarks said before; the others keep their word. */
export function mergeResult(
  before: Result | undefined,
  machine: Machine,
  measured: readonly RecordedSection[],
): Result {
  const renewed = new Set(measured.map(({ bench }) => bench));
  const page = onMachine(before, machine);
  const kept = page.sections.filter(({ bench }) => !renewed.has(bench));
  const sections = [...kept, ...measured].toSorted((left, right) => left.bench.localeCompare(right.bench));
  return { ...page, sections };
}

/** A new comparison replaces the one of the same benchmark. */
export function mergeComparisons(
  before: Result | undefined,
  machine: Machine,
  measured: readonly Comparison[],
): Result {
  const renewed = new Set(measured.map(({ bench }) => bench));
  const page = onMachine(before, machine);
  const kept = (page.comparisons ?? []).filter(({ bench }) => !renewed.has(bench));
  const comparisons = [...kept, ...measured].toSorted((left, right) => left.bench.localeCompare(right.bench));
  return { ...page, comparisons };
}

export function writeResult(file: string, result: Result): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
}
