import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../core/db/database.ts';
import type { Database } from '../../../core/db/types.ts';
import { createTestDatabase, eachDialect } from '../../support/databases.ts';
import { closeLater, open, refusal } from '../../support/open-databases.ts';

eachDialect((fresh) => {
  async function withCounter(): Promise<Database> {
    const { url, dir } = await fresh();
    const database = await open(url, dir);
    await database.write(async (db) => {
      await db.schema.createTable('counter', (t) => {
        t.text('name').primary();
        t.bigInteger('value').notNullable();
      });
      await db('counter').insert({ name: 'a', value: 0 });
    });
    return database;
  }

  test('what a transaction wrote is there once it has committed, and nothing of it when it threw', async () => {
    const database = await withCounter();
    await database.write((db) => db('counter').where({ name: 'a' }).update({ value: 1 }));
    const failing = database.write(async (db) => {
      await db('counter').where({ name: 'a' }).update({ value: 2 });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await database.reader('counter').first()).toEqual({ name: 'a', value: 1 });
  });

  test('big numbers, counts and sums arrive as numbers', async () => {
    const database = await withCounter();
    const microseconds = Date.UTC(2026, 0, 1) * 1000;
    await database.write((db) => db('counter').where({ name: 'a' }).update({ value: microseconds }));
    const row = await database.reader('counter').count({ rows: '*' }).sum({ total: 'value' }).max({ most: 'value' }).first();
    expect(row).toEqual({ rows: 1, total: microseconds, most: microseconds });
  });

  test('the reader refuses to write', async () => {
    const database = await withCounter();
    await expect(database.reader('counter').insert({ name: 'b', value: 1 })).rejects.toThrow(/read-?only/i);
  });

  test('readers see the state before a transaction that is still open, without waiting for it', async () => {
    const database = await withCounter();
    await database.write(async (db) => {
      await db('counter').where({ name: 'a' }).update({ value: 9 });
      expect(await database.reader('counter').first('value')).toEqual({ value: 0 });
    });
    expect(await database.reader('counter').first('value')).toEqual({ value: 9 });
  });

  test('a step that failed can be undone by itself inside a transaction', async () => {
    const database = await withCounter();
    await database.write(async (db) => {
      await db('counter').insert({ name: 'b', value: 1 });
      await expect(db.transaction((step) => step('counter').insert({ name: 'a', value: 1 }))).rejects.toThrow();
    });
    expect(await database.reader('counter').count({ rows: '*' }).first()).toEqual({ rows: 2 });
  });

  test('read-then-write transactions at once lose no update', async () => {
    const database = await withCounter();
    const add = () =>
      database.write(async (db) => {
        const row = await db('counter').where({ name: 'a' }).forUpdate().first<{ value: number }>('value');
        await db('counter')
          .where({ name: 'a' })
          .update({ value: row.value + 1 });
      });
    await Promise.all(Array.from({ length: 40 }, add));
    expect(await database.reader('counter').first('value')).toEqual({ value: 40 });
  });

  test('error texts do not repeat the values that were bound', async () => {
    const database = await withCounter();
    const failing = database.write((db) => db('counter').insert({ name: 'hunter2', value: null }));
    const message = await failing.catch((error: Error) => error.message);
    expect(String(message).split('DETAIL')[0]).not.toContain('hunter2');
  });

  test('statements that were prepared earlier see a column added since', async () => {
    const database = await withCounter();
    const all = () => database.reader('counter').select('*').first();
    expect(Object.keys(await all())).toEqual(['name', 'value']);
    await database.write((db) => db('counter').select('*').first());
    await database.write((db) => db.schema.alterTable('counter', (t) => t.text('note').defaultTo('new')));
    expect(await all()).toEqual({ name: 'a', value: 0, note: 'new' });
    expect(await database.write((db) => db('counter').select('*').first())).toEqual({ name: 'a', value: 0, note: 'new' });
  });
});

describe('SQLite', () => {
  test('two processes with 1,000 read-then-write transactions each on one file lose none and see no SQLITE_BUSY', async () => {
    const { url, dir, drop } = await createTestDatabase('sqlite');
    const database = await open(url, dir);
    await database.write(async (db) => {
      await db.schema.createTable('counter', (t) => t.bigInteger('value').notNullable());
      await db('counter').insert({ value: 0 });
    });
    const script = path.resolve('tests/unit/db/count-up.ts');
    const runs = [1, 2].map(() =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '--conditions=source', script, url, dir, '1000']),
    );
    const outputs = await Promise.all(runs);
    expect(outputs.map(({ stdout }) => stdout.trim())).toEqual(['1000 done, 0 failed', '1000 done, 0 failed']);
    expect(await database.reader('counter').first('value')).toEqual({ value: 2000 });
    await drop();
  }, 120_000);

  test('waiting for the write lock of another connection does not stop the event loop', async () => {
    const { url, dir, drop } = await createTestDatabase('sqlite');
    const database = await open(url, dir);
    await database.write((db) => db.schema.createTable('t', (t) => t.integer('x')));
    const other = new Sqlite(path.join(dir, 'db/tracts.db'));
    other.exec('begin immediate');
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const writing = database.write((db) => db('t').insert({ x: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 600));
    other.exec('commit');
    await writing;
    clearInterval(ticking);
    other.close();
    expect(longest).toBeLessThan(300);
    expect(await database.reader('t').first()).toEqual({ x: 1 });
    await drop();
  });

  test('work does not begin and the message is clear when the lock is not given in time', async () => {
    const { url, dir, drop } = await createTestDatabase('sqlite');
    const database = await openDatabase(url, { dir, create: true, writeWaitMs: 200 });
    closeLater(database);
    const other = new Sqlite(path.join(dir, 'db/tracts.db'));
    other.exec('begin immediate');
    let begun = false;
    const writing = database.write(async () => {
      begun = true;
    });
    await expect(writing).rejects.toMatchObject({ code: 'DATABASE_BUSY', status: 503 });
    expect(begun).toBe(false);
    other.exec('commit');
    other.close();
    await database.write(async (db) => db.schema.createTable('t', (t) => t.integer('x')));
    await drop();
  });

  test('foreign keys hold', async () => {
    const database = await open('sqlite::memory:', '/');
    await database.write(async (db) => {
      await db.schema.createTable('a', (t) => t.integer('id').primary());
      await db.schema.createTable('b', (t) => t.integer('a').references('a.id'));
    });
    await expect(database.write((db) => db('b').insert({ a: 1 }))).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_FOREIGNKEY',
    });
  });

  test('a database in memory is read and written through one connection and lives on between transactions', async () => {
    const database = await open('sqlite::memory:', '/nowhere');
    await database.write((db) => db.schema.createTable('t', (t) => t.boolean('x')));
    await database.write((db) => db('t').insert({ x: true }));
    expect(await database.reader('t').first()).toEqual({ x: 1 });
  });

  test('more different statements than are kept do no harm', async () => {
    const database = await open('sqlite::memory:', '/');
    for (let i = 0; i < 1100; i += 1) expect(await database.reader.select(database.reader.raw(`${i} as n`))).toEqual([{ n: i }]);
  });

  test('a missing file is refused with the remedy, unless it is to be made', async () => {
    const { url, dir, drop } = await createTestDatabase('sqlite');
    const error = await refusal(url, dir);
    expect(error).toMatchObject({ code: 'DATABASE_MISSING', expose: true });
    expect(error.message).toContain('tracts init');
    expect(existsSync(path.join(dir, 'db'))).toBe(false);
    await open(url, dir, true);
    expect(existsSync(path.join(dir, 'db/tracts.db'))).toBe(true);
    await drop();
  });

  test('a damaged file is refused and left as it is', async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    const file = path.join(dir, 'x.db');
    writeFileSync(file, 'this is no database, whatever its name says'.repeat(100));
    const error = await refusal('sqlite:x.db', dir);
    expect(error).toMatchObject({ code: 'DATABASE_CORRUPT' });
    expect(error.message).toContain('backup');
    expect(readFileSync(file, 'utf8')).toMatch(/^this is no database/);
    await drop();
  });

  test('a file cut in half is reported as damaged, at the latest when it is used', async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    const file = path.join(dir, 'x.db');
    const whole = new Sqlite(file);
    whole.exec('create table t (x text)');
    const insert = whole.prepare('insert into t values (?)');
    for (let i = 0; i < 2000; i += 1) insert.run('x'.repeat(100));
    whole.close();
    writeFileSync(file, readFileSync(file).subarray(0, 60_000));
    const attempt = openDatabase('sqlite:x.db', { dir }).then(async (database) => {
      closeLater(database);
      await database.write((db) => db('t').count());
    });
    await expect(attempt).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' });
    await drop();
  });

  test('a folder in place of a file is refused', async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    mkdirSync(path.join(dir, 'db'));
    expect((await refusal('sqlite:db', dir)).message).toContain('is a folder');
    await drop();
  });

  test.each([0o555, 0o777])(
    'a file without write permission is refused with the remedy, in a folder of mode %o',
    async (mode) => {
      const { dir, drop } = await createTestDatabase('sqlite');
      const file = path.join(dir, 'x.db');
      new Sqlite(file).exec('create table t (x)').close();
      chmodSync(file, 0o444);
      chmodSync(dir, mode);
      // Root may write everything: step down to nobody for the attempt.
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.(65534);
      try {
        expect(await refusal('sqlite:x.db', dir)).toMatchObject({ code: 'DATABASE_READ_ONLY' });
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
      chmodSync(dir, 0o755);
      await drop();
    },
  );

  test('the look whether a file can be written leaves nothing in it', async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    const file = path.join(dir, 'x.db');
    new Sqlite(file).exec('create table t (x); pragma user_version = 7').close();
    await (await openDatabase('sqlite:x.db', { dir })).close();
    const after = new Sqlite(file);
    expect(after.pragma('user_version', { simple: true })).toBe(7);
    after.close();
    await drop();
  });

  test("Trac's own database is refused, untouched, and the importer is named", async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    const file = path.join(dir, 'trac.db');
    const trac = new Sqlite(file);
    trac.exec("create table system (name text primary key, value text); insert into system values ('database_version', '45')");
    trac.close();
    const { mtimeMs, size } = statSync(file);
    const error = await refusal('sqlite:trac.db', dir, true);
    expect(error.code).toBe('DATABASE_OF_TRAC');
    expect(error.message).toContain('tracts import');
    expect(statSync(file)).toMatchObject({ mtimeMs, size });
    expect(existsSync(`${file}-wal`)).toBe(false);
    await drop();
  });

  test('a table called system that is not Trac’s does no harm', async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    new Sqlite(path.join(dir, 'x.db')).exec('create table system (name text, value text)').close();
    await open('sqlite:x.db', dir, false);
    await drop();
  });

  test('an empty file is a new database where one is to be made, and otherwise refused and left empty', async () => {
    const { dir, drop } = await createTestDatabase('sqlite');
    writeFileSync(path.join(dir, 'x.db'), '');
    await expect(open('sqlite:x.db', dir, false)).rejects.toThrow(/x\.db is empty/);
    expect(readFileSync(path.join(dir, 'x.db'))).toHaveLength(0);
    const database = await open('sqlite:x.db', dir);
    await database.write((db) => db.schema.createTable('t', (t) => t.integer('x')));
    copyFileSync(path.join(dir, 'x.db'), path.join(dir, 'y.db'));
    await drop();
  });
});
