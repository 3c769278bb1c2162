import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem, type as systemName, release } from 'node:os';
import { findBinary } from '#broker';
import type { Section } from './report.js';

/** Where something was measured, and with what. */
interface Machine {
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
  return { machine, sections };
}
