import type { Figure } from './report.js';

/** A number as people read it: three digits that mean something, or thousands with commas. */
export function inWords(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** The goal of a figure in words, and whether it is met; undefined when it has none. */
export function goalOf({ goal, value, unit }: Figure): { text: string; isMet: boolean } | undefined {
  if (goal?.atMost !== undefined)
    return { text: `<= ${inWords(goal.atMost)} ${unit}`, isMet: value <= goal.atMost };
  if (goal?.atLeast !== undefined)
    return { text: `>= ${inWords(goal.atLeast)} ${unit}`, isMet: value >= goal.atLeast };
  return undefined;
}
