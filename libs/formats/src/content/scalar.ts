import { isSealed, quote } from '#contracts';
import { type Format, mistaken, well } from './reading.js';

const start = { line: 1, column: 1 };
const atStart = (): typeof start => start;

export const text: Format = {
  read: (value) => {
    // Half of a surrogate pair becomes another character in UTF-8: what is read back would not be what was written.
    const half = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(value);
    return half === null
      ? well(value)
      : mistaken({ ...start, what: 'half of a surrogate pair, no character' });
  },
  print: String,
  locate: atStart,
};

/** Numbers are written as JSON writes them. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

export const number: Format = {
  read: (value) => {
    if (!NUMBER.test(value))
      return mistaken({ ...start, what: `${quote(value)} is not a number such as 10, -2.5 or 1e6` });
    const read = Number(value);
    if (!Number.isFinite(read))
      return mistaken({ ...start, what: `${quote(value)} is too large for a number` });
    if (Number.isInteger(read) && !Number.isSafeInteger(read) && !/[.eE]/.test(value)) {
      return mistaken({ ...start, what: `${quote(value)} has more digits than a number holds; use text` });
    }
    return well(read);
  },
  print: String,
  locate: atStart,
};

export const boolean: Format = {
  read: (value) =>
    value === 'true' || value === 'false'
      ? well(value === 'true')
      : mistaken({ ...start, what: `${quote(value)} is neither true nor false` }),
  print: String,
  locate: atStart,
};

/** A sealed value. What is not sealed is never shown: it may be the secret itself. */
export const secret: Format = {
  read: (value) =>
    isSealed(value)
      ? well(value)
      : mistaken({ ...start, what: 'a secret must be sealed before it is stored (the value is not shown)' }),
  print: String,
  locate: atStart,
};
