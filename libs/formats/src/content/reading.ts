import type { Mistake, Place } from './place.js';

/** A text read as its content type: what it means, or the first mistake in it. */
export type Reading =
  { readonly isWell: true; readonly value: unknown } | { readonly isWell: false; readonly mistake: Mistake };

/** How one content type is read and written. */
export interface Format {
  read(text: string): Reading;
  /** The text of a value, as people would write it. */
  print(value: unknown): string;
  /** Where the value behind a JSON pointer begins, for those who check the value further. */
  locate(text: string, pointer: string): Place | undefined;
}

export function well(value: unknown): Reading {
  return { isWell: true, value };
}

export function mistaken(mistake: Mistake): Reading {
  return { isWell: false, mistake };
}
