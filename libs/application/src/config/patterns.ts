/**
 * A regular expression of a schema, unless it could keep the process busy for ever: a repetition of something that
 * itself repeats, as in `(a+)+`, tries exponentially many ways to fail.
 * @throws SyntaxError in words
 */
export function safePattern(source: string, flags: string): RegExp {
  if (source.length > PATTERN_LENGTH_MAX) {
    throw new SyntaxError(
      `a pattern has ${source.length} characters; at most ${PATTERN_LENGTH_MAX} are allowed`,
    );
  }
  if (repeatsRepetition(source)) {
    throw new SyntaxError(`the pattern ${JSON.stringify(source)} repeats what already repeats`);
  }
  return new RegExp(source, flags);
}

const PATTERN_LENGTH_MAX = 512;
/** Escapes and character classes, which hold no groups, are taken out first: what is left is groups and repetitions. */
const ATOMS = /\\.|\[(?:\\.|[^\]\\])*\]/gs;

/** Does a group that holds a repetition, or alternatives, repeat without bound? Innermost groups first. */
function repeatsRepetition(source: string): boolean {
  let rest = source.replaceAll(ATOMS, '.');
  for (;;) {
    const group = INNERMOST.exec(rest);
    if (group === null) return false;
    const [text, inner = '', repetition] = group;
    const isBusy = /[*+|]|\{\d+,\d*\}/.test(inner);
    if (isBusy && repetition !== undefined) return true;
    // What it held counts for the group around it.
    rest = rest.slice(0, group.index) + (isBusy ? '.+' : '.') + rest.slice(group.index + text.length);
  }
}

/** A group without groups in it, and the repetition behind it. */
const INNERMOST = /\((?:\?(?:[:=!]|<[=!]|<\w+>))?([^()]*)\)([*+]|\{\d+,\d*\})?/;
