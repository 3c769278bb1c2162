import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { options } from './options.js';
import { benchName, type Figure, keepSection, type SectionFacts } from './report/report.js';
import { goalOf, inWords, medianOf, spreadOf } from './report/words.js';

export type { Figure, Plot } from './report/report.js';

/** Sorted copies and nearest-rank percentiles: no smoothing, nothing thrown away. */
export function percentiles(samples: readonly number[]) {
  const sorted = [...samples].sort((left, right) => left - right);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: sorted.at(-1) ?? NaN };
}

/** A figure of several rounds: their median, and each of them for the spread. */
export function figureOf(
  name: string,
  unit: string,
  rounds: readonly number[],
  more: Partial<Figure> = {},
): Figure {
  return { name, unit, value: medianOf(rounds), ...(rounds.length > 1 && { rounds }), ...more };
}

/** Ours by theirs, round by round: what was measured side by side is compared side by side. */
export function ratioOf(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
  more: Partial<Figure> = {},
): Figure {
  const rounds = ours.map((value, index) => value / (theirs[index] ?? NaN));
  return figureOf(name, 'x', rounds, more);
}

/** Resident memory of this process in MB, after a collection when the process was started with --expose-gc. */
export function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1024 ** 2;
}

/** Resident memory of any process in MB, from /proc. */
export function residentMbOf(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
}

const TICKS_A_SECOND = 100;

/** CPU time a process has used so far, in ms, from /proc; all its threads, in steps of 10 ms. */
export function cpuMsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_A_SECOND;
}

/** Prints the figures of a benchmark, and keeps them for the report of the run. */
export function printFigures(title: string, figures: readonly Figure[], facts: SectionFacts = {}): void {
  console.log(`\n${title}`);
  if (facts.fixture !== undefined) console.log(`  (${facts.fixture})`);
  for (const figure of figures) {
    const { name, value, unit, system, rounds, note } = figure;
    const spread = rounds === undefined ? '' : ` [${spreadOf(rounds)}]`;
    const goal = goalOf(figure);
    const verdict = goal === undefined ? '' : ` (goal ${goal.text}: ${goal.isMet ? 'met' : 'MISSED'})`;
    const who = system === undefined ? '' : `${system}: `;
    console.log(
      `  ${who}${name}: ${inWords(value)} ${unit}${spread}${verdict}${note === undefined ? '' : ` - ${note}`}`,
    );
    if (figure.limit !== undefined) console.log(`    limit: ${figure.limit}`);
  }
  for (const text of facts.missing ?? []) console.log(`  missing: ${text}`);
  keepSection(options.reportDirectory, {
    bench: benchName(),
    title,
    ...facts,
    figures,
    measuredAt: new Date().toISOString(),
    isQuick: options.isQuick,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  });
}
