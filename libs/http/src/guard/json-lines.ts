import { isRollcallError, RollcallError } from '#contracts';
import { parseJsonBody } from './json-body.js';

const NEWLINE = 0x0a;

/** A body with one JSON value a line. A line that is none spoils itself and not the others. */
export class JsonLines {
  constructor(private readonly bytes: Buffer) {}

  /** The values in their order; an error where a line cannot be read. Empty lines are passed over. */
  *values(): Iterable<unknown> {
    let line = 0;
    for (let start = 0; start < this.bytes.length;) {
      const end = this.bytes.indexOf(NEWLINE, start);
      const stop = end === -1 ? this.bytes.length : end;
      line += 1;
      const text = this.bytes.subarray(start, stop);
      if (text.some((byte) => byte > 0x20)) yield valueOf(text, line);
      start = stop + 1;
    }
  }
}

function valueOf(text: Buffer, line: number): unknown {
  try {
    return parseJsonBody(text);
  } catch (error) {
    if (!isRollcallError(error)) throw error;
    return new RollcallError(error.code, `line ${line}: ${error.what}`, { details: { line } });
  }
}
