import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../core/db/database.ts';
import type { Database } from '../../../core/db/types.ts';

let dir: string;
let database: Database;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tracts-groups-'));
  database = await openDatabase('sqlite:some.db', { dir, create: true });
  await database.write((db) => db.schema.createTable('note', (t) => t.text('text').primary()), { schema: true });
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const add = (text: string) => (db: Knex) => db('note').insert({ text });
const stored = async (): Promise<string[]> => (await database.reader('note').orderBy('text').pluck('text')) as string[];

/** Bytes that commits have appended to the log of the file so far. */
const written = (): number => statSync(path.join(dir, 'some.db-wal')).size;

describe('writes that come together', () => {
  test('are all there once they are told to be', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => String(index).padStart(2, '0'));
    await Promise.all(texts.map((text) => database.write(add(text))));
    expect(await stored()).toEqual(texts);
  });

  test('write fewer pages than the same ones after one another', async () => {
    const before = written();
    for (let index = 0; index < 8; index++) await database.write(add(`apart ${index}`));
    const apart = written() - before;
    await Promise.all(Array.from({ length: 8 }, (_, index) => database.write(add(`together ${index}`))));
    expect(written() - before - apart).toBeLessThan(apart);
  });

  test('see what those before them did', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((text) =>
        database.write(async (db) => {
          await add(text)(db);
          return (await db('note').pluck('text')).length;
        }),
      ),
    );
    expect(seen).toEqual([1, 2, 3]);
  });

  test('are not told before others can read them', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map(async (text) => {
        await database.write(add(text));
        return (await stored()).includes(text);
      }),
    );
    expect(seen).toEqual([true, true, true]);
  });

  test.each([0, 1, 3])('do not suffer from number %i that fails', async (failing) => {
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, (_, index) =>
        database.write(async (db) => {
          await add(String(index))(db);
          if (index === failing) throw new Error('changed my mind');
        }),
      ),
    );
    expect(results.map(({ status }) => status === 'rejected')).toEqual([0, 1, 2, 3].map((index) => index === failing));
    expect(await stored()).toEqual(['0', '1', '2', '3'].filter((index) => index !== String(failing)));
  });

  test('are told what their second run gave when another one had to be undone', async () => {
    let runs = 0;
    const counted = database.write(async (db) => {
      runs += 1;
      await add('kept')(db);
      return runs;
    });
    const failing = database.write(async (db) => {
      await add('undone')(db);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await counted).toBe(2);
    expect(await stored()).toEqual(['kept']);
  });

  test('are not run again for one that failed before it wrote anything', async () => {
    let runs = 0;
    const counted = database.write(async (db) => {
      runs += 1;
      await add('kept')(db);
      return runs;
    });
    await expect(database.write(() => Promise.reject(new Error('not allowed')))).rejects.toThrow('not allowed');
    expect(await counted).toBe(1);
    expect(await stored()).toEqual(['kept']);
  });

  test('do not suffer from one that the database refuses', async () => {
    const results = await Promise.allSettled(['a', 'a', 'b'].map((text) => database.write(add(text))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await stored()).toEqual(['a', 'b']);
  });

  test('are done again when the whole transaction was undone, and the next one works', async () => {
    const results = await Promise.allSettled([
      database.write(add('a')),
      database.write(async (db) => {
        await add('b')(db);
        // What SQLite does of itself when the disk is full.
        await db.raw('rollback');
        throw new Error('the disk is full');
      }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await stored()).toEqual(['a']);
    await database.write(add('c'));
    expect(await stored()).toEqual(['a', 'c']);
  });

  test('are all refused when the commit fails, and the next one works', async () => {
    await database.write(
      async (db) => {
        await db.raw('create table owner (id integer primary key)');
        await db.raw('create table thing (owner integer references owner (id) deferrable initially deferred)');
      },
      { schema: true },
    );
    const results = await Promise.allSettled([
      database.write(add('a')),
      database.write((db) => db('thing').insert({ owner: 7 })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await stored()).toEqual([]);
    await database.write(add('b'));
    expect(await stored()).toEqual(['b']);
  });
});

test('a steady stream of writes is committed all the while', async () => {
  let isOver = false;
  const writer = async (name: string): Promise<void> => {
    for (let index = 0; !isOver; index++) await database.write(add(`${name} ${index}`));
  };
  const writers = ['a', 'b', 'c', 'd'].map(writer);
  await sleep(60);
  const seen = (await stored()).length;
  isOver = true;
  await Promise.all(writers);
  expect(seen).toBeGreaterThan(0);
});

test('a write that waits for something does not keep the others from being told for ever', async () => {
  let release: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = database.write(async (db) => {
    await add('slow')(db);
    await waiting;
  });
  const quick = database.write(add('quick'));
  await sleep(20);
  release();
  await Promise.all([slow, quick]);
  expect(await stored()).toEqual(['quick', 'slow']);
});
