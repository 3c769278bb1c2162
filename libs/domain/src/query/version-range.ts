import semver from 'semver';
import { splitAt } from './input.js';
import { mistake } from './mistake.js';

/** A range of versions in npm's syntax: `^1.2`, `1.x`, `>=1.4.2 <2`, `1.2 - 1.4 || 3`. */
export interface VersionRange {
  readonly text: string;
  /** A pre-release lies in a range only when the range names a pre-release of the same version, as with npm. */
  includes(version: string): boolean;
}

const RANGE_LENGTH_MAX = 256;
/** How many answers are remembered. A registry has many instances and few versions. */
const REMEMBERED_MAX = 1_024;

/** @throws ROLLCALL_FILTER_INVALID naming the character */
export function parseVersionRange(text: string, parameter = 'version'): VersionRange {
  if (text.length > RANGE_LENGTH_MAX) {
    throw mistake(
      parameter,
      text,
      RANGE_LENGTH_MAX,
      `its end: at most ${RANGE_LENGTH_MAX} characters are allowed`,
    );
  }
  const range = rangeOf(text);
  if (range === undefined || text.trim() === '') {
    throw mistake(
      parameter,
      text,
      mistakenAt(text),
      'a semantic version or a range such as ^1.2, 1.x or ">=1.4 <2"',
    );
  }
  const known = new Map<string, boolean>();
  return {
    text,
    includes: (version) => {
      let answer = known.get(version);
      if (answer === undefined) {
        answer = range.test(version);
        if (known.size >= REMEMBERED_MAX) known.clear();
        known.set(version, answer);
      }
      return answer;
    },
  };
}

function rangeOf(text: string): semver.Range | undefined {
  try {
    return new semver.Range(text);
  } catch {
    return undefined;
  }
}

/** Where the first part begins that is no range by itself. */
function mistakenAt(text: string): number {
  for (const { item: alternative, at } of splitAt(text, '||')) {
    if (rangeOf(alternative) !== undefined) continue;
    const wrong = splitAt(alternative, ' ').find(({ item }) => item !== '-' && rangeOf(item) === undefined);
    return at + (wrong?.at ?? 0);
  }
  return 0;
}
