import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KeptProfile } from './kept-profile.js';

/** One measured number. Nothing here is estimated: what was not measured is not in a report. */
export interface Figure {
  readonly name: string;
  /** Of several rounds: their median. */
  readonly value: number;
  readonly unit: string;
  /** The goal, and whether the figure should be at most or at least that. */
  readonly goal?: { readonly atMost?: number; readonly atLeast?: number };
  /** Fixture, processes, what else stands behind the number; where a goal is missed, why. */
  readonly note?: string;
  /** What stands between it and more: a sentence that this run, or a profile, bears out. */
  readonly limit?: string;
  /** What was measured, when it is not Rollcall: `etcd 3.4.23`. */
  readonly system?: string;
  /** The same number in each round, from which value and spread come. */
  readonly rounds?: readonly number[];
}

/** A line, or a row of bars, of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number | string, y: number])[];
}

export interface Plot {
  /** Also the name of its file. */
  readonly title: string;
  readonly xLabel?: string;
  readonly yLabel: string;
  readonly isLogarithmic?: boolean;
  readonly series: readonly Series[];
}

/** What one benchmark has to say. */
export interface Section {
  /** File name of the benchmark, without its ending. */
  readonly bench: string;
  readonly title: string;
  /** Record size, counts, processes, concurrency. */
  readonly fixture?: string;
  /** What is on disk before an answer is given. */
  readonly durability?: string;
  readonly figures: readonly Figure[];
  readonly plots?: readonly Plot[];
  /** Peers that were asked for and could not be measured, and why. */
  readonly missing?: readonly string[];
  /** Where time went in the processes of a benchmark that missed a goal. */
  readonly profiles?: readonly KeptProfile[];
  readonly measuredAt: string;
  readonly isQuick: boolean;
  readonly loadAverage: number;
}

export type SectionFacts = Pick<Section, 'fixture' | 'durability' | 'plots' | 'missing'>;

/** Keeps a section for the report when the run collects one; each line of the file is one section. */
export function keepSection(directory: string | undefined, section: Section): void {
  if (directory === undefined) return;
  appendFileSync(join(directory, 'sections.jsonl'), `${JSON.stringify(section)}\n`);
}

/** The sections a run has kept so far. */
export function readSections(directory: string): Section[] {
  const file = join(directory, 'sections.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Section);
}

export function benchName(): string {
  return basename(process.argv[1] ?? '').replace(/\.bench\.js$/, '');
}
