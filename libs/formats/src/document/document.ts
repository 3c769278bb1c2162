import type { ContentType } from '#contracts';
import type { Mistake } from '../content/place.js';

/** Files config can be written to and read from. */
export const documentFormats = ['env', 'json', 'yaml', 'properties'] as const;
export type DocumentFormat = (typeof documentFormats)[number];

/** A value with what it is written in. */
export interface Content {
  readonly contentType: ContentType;
  readonly value: string;
}

/** One key as a file says it. */
export interface DocumentEntry {
  readonly key: string;
  readonly value: string;
  /** Absent where the file does not say: then the key keeps the type it has, and a new one is text. */
  readonly contentType?: ContentType;
  readonly line: number;
}

/** A file taken apart: every key, or every mistake (the first `MISTAKES_MAX` of them). */
export interface ParsedDocument {
  readonly entries: readonly DocumentEntry[];
  readonly mistakes: readonly Mistake[];
}

/** After so many mistakes a file is not read on: it is hardly what somebody thinks it is. */
export const MISTAKES_MAX = 20;

/** One key to be written to a file. */
export interface KeyedContent extends Content {
  readonly key: string;
}

/** A file, or the keys that cannot be written in its format. */
type PrintedDocument = { readonly text: string } | { readonly unprintable: readonly string[] };

/** How one kind of file is read and written. */
export interface DocumentCodec {
  parse(text: string): ParsedDocument;
  /** @param items sorted by key */
  print(items: readonly KeyedContent[]): PrintedDocument;
}
