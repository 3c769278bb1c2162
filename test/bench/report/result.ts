import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type as systemName, release } from 'node:os';
import { dirname } from 'node:path';
import { findBinary } from '#broker';
import type { Comparison } from './comparison.js';
import type { Section } from './report.js';

/** Where something was measured, and with what. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly natsServer: string;
}

/** A section with the version of the code it measured. */
export interface RecordedSection extends Section {
  readonly commit: string;
}

export interface Result {
  readonly machine: Machine;
  readonly sections: readonly RecordedSection[];
  /** Two commits measured in turns; the latest of each benchmark. */
  readonly comparisons?: readonly Comparison[];
}

export async function machineFacts(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${systemName()} ${release()}`,
    node: process.version,
    natsServer: (await findBinary()).version,
  };
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

/** What was measured now replaces what the same benchmarks said before; the others keep their word. */
export function mergeResult(
  before: Result | undefined,
  machine: Machine,
  measured: readonly RecordedSection[],
): Result {
  const renewed = new Set(measured.map(({ bench }) => bench));
  const kept = (before?.sections ?? []).filter(({ bench }) => !renewed.has(bench));
  const sections = [...kept, ...measured].toSorted((left, right) => left.bench.localeCompare(right.bench));
  return { ...before, machine, sections };
}

/** A new comparison replaces the one of the same benchmark. */
export function mergeComparisons(
  before: Result | undefined,
  machine: Machine,
  measured: readonly Comparison[],
): Result {
  const renewed = new Set(measured.map(({ bench }) => bench));
  const kept = (before?.comparisons ?? []).filter(({ bench }) => !renewed.has(bench));
  const comparisons = [...kept, ...measured].toSorted((left, right) => left.bench.localeCompare(right.bench));
  return { sections: [], ...before, machine, comparisons };
}

export function writeResult(file: string, result: Result): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 1)}\n`);
}
