import { isRollcallError } from '#contracts';
import { openSqlReader, sqlQuery } from '#sql';
import type { AskedAside, ToldAside } from './ask-aside.js';

/** Answers one question and ends: the program of the process that `askAside` starts. */
async function answer({ url, statement, options }: AskedAside): Promise<ToldAside> {
  try {
    const reader = await openSqlReader(url);
    try {
      return { answer: await sqlQuery(reader, statement, options) };
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (!isRollcallError(error)) throw error;
    const { code, what, action } = error;
    return { error: { code, what, action } };
  }
}

process.once('message', (asked: AskedAside) => {
  void answer(asked).then((told) => process.send?.(told, () => process.disconnect()));
});
