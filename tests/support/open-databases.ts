import { afterEach, expect } from 'vitest';
import { openDatabase } from '../../core/db/database.ts';
import type { Database } from '../../core/db/types.ts';
import { TracError } from '../../core/kernel/errors.ts';

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/** Has the database closed when the test is over. */
export function closeLater(database: Database): Database {
  opened.push(database);
  return database;
}

/** Opens a database for one test. */
export const open = async (url: string, dir: string, create = true): Promise<Database> =>
  closeLater(await openDatabase(url, { dir, create }));

/** What opening fails with; fails the test when it does not fail or fails without an explanation. */
export async function refusal(url: string, dir: string, create = false): Promise<TracError> {
  const error = await open(url, dir, create).then(
    () => new Error('it opened'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TracError);
  return error as TracError;
}
