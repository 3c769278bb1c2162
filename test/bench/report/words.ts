import type { Figure } from './report.js';

/** A number as people read it: three digits that mean something, or thousands with commas. */
export function inWords(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** The middle one, or the lower of the two in the middle: always one that was measured. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

/** A row of a Markdown table. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Lowest and highest of several rounds; nothing for one. */
export function spreadOf(rounds: readonly number[] = []): string {
  return rounds.length < 2 ? '' : `${inWords(Math.min(...rounds))} .. ${inWords(Math.max(...rounds))}`;
}

/** The goal of a figure in words, and whether it is met; undefined when it has none. */
export function goalOf({ goal, value, unit }: Figure): { text: string; isMet: boolean } | undefined {
  if (goal?.atMost !== undefined)
    return { text: `<= ${inWords(goal.atMost)} ${unit}`, isMet: value <= goal.atMost };
  if (goal?.atLeast !== undefined)
    return { text: `>= ${inWords(goal.atLeast)} ${unit}`, isMet: value >= goal.atLeast };
  return undefined;
}
