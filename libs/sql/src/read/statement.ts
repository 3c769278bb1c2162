import { quote, RollcallError } from '#contracts';

const READING = /^(select|with|values|table|explain)\b/i;

/**
 * The one reading statement in a text, without its final semicolon. A first sieve with a clear error; what really
 * keeps people from writing is the way the statement is run.
 * @throws ROLLCALL_SQL_INVALID
 */
export function checkStatement(text: string): string {
  const statement = withoutComments(text)
    .replace(/[\s;]+$/, '')
    .trim();
  if (statement === '') throw new RollcallError('ROLLCALL_SQL_INVALID', 'there is no statement');
  if (!READING.test(statement)) {
    throw new RollcallError(
      'ROLLCALL_SQL_INVALID',
      `the statement begins with ${quote(statement.split(/\s/)[0])}`,
    );
  }
  if (hasSemicolon(statement))
    throw new RollcallError('ROLLCALL_SQL_INVALID', 'there are several statements');
  return statement;
}

/** Quoted texts, quoted names, and comments; what is between them is SQL. */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

function withoutComments(text: string): string {
  return text.replaceAll(PIECES, (piece) => (piece.startsWith('--') || piece.startsWith('/*') ? ' ' : piece));
}

function hasSemicolon(statement: string): boolean {
  return statement.replaceAll(PIECES, '').includes(';');
}
