import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../core/db/database.ts';
import { fixedQuery } from '../../../core/db/fixed-query.ts';
import type { Database } from '../../../core/db/types.ts';

interface Note {
  readonly id: number;
  readonly text: string;
}
const noteRows = fixedQuery<Note>((db, id = 0) => db('note').where({ id }), { keep: true });
const either = fixedQuery<Note>((db, one = '', other = '') => db('note').where({ text: one }).orWhere({ text: other }), {
  keep: true,
});
const named = fixedQuery<Note>((db, text = '') => db('note').where({ text }).orderBy('id'), { keep: true });

let dir: string;
let database: Database;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tracts-rows-'));
  database = await openDatabase('sqlite:some.db', { dir, create: true });
  await database.write(
    async (db) => {
      await db.schema.createTable('note', (t) => {
        t.integer('id').primary();
        t.text('text');
      });
      await db('note').insert([
        { id: 1, text: 'one' },
        { id: 2, text: '1' },
      ]);
    },
    { schema: true },
  );
  // The first question opens the connection, by way of knex.
  await database.reader('note').first();
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const change = (text: string) => database.write((db) => db('note').where({ id: 1 }).update({ text }));
const textOfOne = async (): Promise<string | undefined> => (await noteRows(database.reader, 1))[0]?.text;

test('the same frozen rows are given until somebody commits', async () => {
  const rows = await noteRows(database.reader, 1);
  expect(rows).toEqual([{ id: 1, text: 'one' }]);
  expect(await noteRows(database.reader, 1)).toBe(rows);
  expect(Object.isFrozen(rows) && Object.isFrozen(rows[0])).toBe(true);
  await change('two');
  expect(await noteRows(database.reader, 1)).toEqual([{ id: 1, text: 'two' }]);
});

test('other values, and a number for a text, are other questions', async () => {
  expect(await noteRows(database.reader, 2)).toEqual([{ id: 2, text: '1' }]);
  expect(await noteRows(database.reader, 3)).toEqual([]);
  expect(await named(database.reader, '1')).toEqual([{ id: 2, text: '1' }]);
  expect(await named(database.reader, 'one')).toEqual([{ id: 1, text: 'one' }]);
});

test('where one text ends and the next begins counts, whatever stands in them', async () => {
  expect(await either(database.reader, 'x\0string y', 'z')).toEqual([]);
  await change('y\0string z');
  expect(await either(database.reader, 'x\0string y', 'z')).toEqual([]);
  expect(await either(database.reader, 'x', 'y\0string z')).toHaveLength(1);
});

test('what another process commits is seen by whoever begins to read then', async () => {
  expect(await textOfOne()).toBe('one');
  const other = new Sqlite(path.join(dir, 'some.db'));
  try {
    for (const text of ['two', 'three']) {
      other.prepare('update note set text = ? where id = 1').run(text);
      expect(await textOfOne()).toBe(text);
    }
  } finally {
    other.close();
  }
});

test('an operation under way sees what this process commits at once, and what others commit soon', async () => {
  const { reader } = database;
  expect(await noteRows(reader, 1)).toEqual([{ id: 1, text: 'one' }]);
  await change('two');
  expect(await noteRows(reader, 1)).toEqual([{ id: 1, text: 'two' }]);
  const other = new Sqlite(path.join(dir, 'some.db'));
  other.prepare('update note set text = ? where id = 1').run('three');
  other.close();
  await expect.poll(async () => (await noteRows(reader, 1))[0]?.text).toBe('three');
});

test('inside a transaction it is the transaction that answers', async () => {
  expect(await textOfOne()).toBe('one');
  await database.write(async (db) => {
    await db('note').where({ id: 1 }).update({ text: 'inside' });
    expect((await noteRows(db, 1))[0]?.text).toBe('inside');
    expect(await textOfOne()).toBe('one');
  });
  expect(await textOfOne()).toBe('inside');
});

test('many rows, long ones, and more answers than are kept come back right', async () => {
  await database.write(async (db) => {
    for (let id = 10; id < 50; id++) await db('note').insert({ id, text: 'many' });
    await db('note').insert({ id: 9, text: 'x'.repeat(10_000) });
  });
  expect(await named(database.reader, 'many')).toHaveLength(40);
  expect(Object.isFrozen(await named(database.reader, 'many'))).toBe(false);
  expect((await noteRows(database.reader, 9))[0]?.text).toHaveLength(10_000);
  for (let id = 1000; id < 2000; id++) expect(await noteRows(database.reader, id)).toEqual([]);
  expect(await textOfOne()).toBe('one');
});
