/**
 * Text of strangers (reasons, actors, tags) on a terminal: none of it may move the cursor, change colours or
 * pretend to be another line.
 */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, '?');
}
