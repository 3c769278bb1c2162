import { quote, RollcallError } from '#contracts';

const READING = /^\s*(select|with|values|table|explain)\b/i;

/**
 * Functions by which a statement that only reads reaches out of the database: files of the machine, other
 * servers, other connections, SQL in a text. Looked for in the whole text, quoted or not, so that no way of quoting
 * hides one. libsql has the first two (measured); in PostgreSQL most of them are open to superusers only.
 */
const REACHING =
  /\b(readfile|writefile|load_extension|fts3_tokenizer|lo_(?:im|ex)port|lo_from_bytea|lo_put|pg_(?:read|write|ls|stat|file|logdir)_\w+|pg_stat_file|pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_promote|pg_notify|pg_(?:try_)?advisory_\w+|pg_(?:create|drop|replication|logical|switch|backup)_\w+|dblink\w*|set_config|(?:query|cursor|database|schema|table)_to_xml\w*|ts_stat|ts_rewrite|U&["'])/i;

/** Quoted texts, quoted names, and comments; what is between them is SQL. */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * The one reading statement in a text, without what stands behind it, comments made blanks of the same length, so
 * that positions in it are positions in the text. A first sieve with a clear error; what really keeps people
 * from writing is the way the statement is run.
 * @throws ROLLCALL_SQL_INVALID
 */
export function checkStatement(text: string): string {
  const statement = withoutComments(text).replace(/[\s;]+$/, '');
  if (statement.trim() === '') throw invalid('there is no statement');
  if (!READING.test(statement)) throw invalid(`the statement begins with ${quote(firstWord(statement))}`);
  if (hasSemicolon(statement)) throw invalid('there are several statements');
  const reaching = REACHING.exec(text)?.[0];
  if (reaching !== undefined) throw invalid(`${quote(reaching)} reaches out of the database`);
  return statement;
}

function invalid(what: string): RollcallError {
  return new RollcallError('ROLLCALL_SQL_INVALID', what);
}

function firstWord(statement: string): string | undefined {
  return statement.trim().split(/\s/)[0];
}

function withoutComments(text: string): string {
  return text.replaceAll(PIECES, (piece) =>
    piece.startsWith('--') || piece.startsWith('/*') ? piece.replaceAll(/[^\n]/g, ' ') : piece,
  );
}

function hasSemicolon(statement: string): boolean {
  return statement.replaceAll(PIECES, '').includes(';');
}
