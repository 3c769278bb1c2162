import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSqlDatabase, type SqlDatabase, sqlQuery } from '#sql';
import { databaseKinds } from './databases.js';

const guide = await readFile('docs/guides/sql.md', 'utf8');
const questions = [...guide.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, text]) => text?.trim() ?? '');

it('the guide answers ten questions', () => {
  expect(questions).toHaveLength(10);
});

describe.each(await databaseKinds())('on $name', (kind) => {
  let database: SqlDatabase;

  beforeAll(async () => {
    await kind.start();
    database = await openSqlDatabase(await kind.freshUrl());
  });
  afterAll(async () => {
    await database.close();
    await kind.stop();
  });

  it.each(questions)('the guide may ask: %s', async (question) => {
    expect(await sqlQuery(database, question)).toMatchObject({ rows: [], isCut: false });
  });
});
