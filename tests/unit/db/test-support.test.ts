import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/databases.ts';

test('each test file gets a PostgreSQL database of its own, empty and writable', async () => {
  const [one, two] = [await createTestDatabase(), await createTestDatabase()];
  const client = new pg.Client({ connectionString: one.url });
  await client.connect();
  await client.query('create table only_here (x integer)');
  const { rows } = await client.query<{ count: string }>("select count(*) from pg_tables where schemaname = 'public'");
  expect(rows[0]?.count).toBe('1');
  expect(one.url).not.toBe(two.url);
  await client.end();
  await one.drop();
  await two.drop();
});
