import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { afterEach, expect, test } from 'vitest';
import { openDatabase } from '../../../core/db/database.ts';
import { Generations } from '../../../core/db/generation.ts';
import { migrate } from '../../../core/db/migrate.ts';
import type { Database } from '../../../core/db/types.ts';
import { eachDialect, type FreshDatabase } from '../../support/databases.ts';
import { CORE_MIGRATIONS } from '../../support/schema.ts';

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/** A process of its own, as far as caches go: its own connections and its own generation numbers. */
async function processOn({ url, dir }: FreshDatabase) {
  const database = await openDatabase(url, { dir, create: true });
  opened.push(database);
  await migrate(database, [await CORE_MIGRATIONS]);
  const generations = new Generations();
  let loads = 0;
  const cache = generations.cached('versions', async (db: Knex) => {
    loads += 1;
    const rows: { name: string }[] = await db('version').select('name').orderBy('name');
    return rows.map(({ name }) => name);
  });
  return {
    database,
    loads: () => loads,
    names: (db = database.reader) => cache.get(db),
    cache,
    async add(name: string, inside?: (db: Knex) => Promise<void>) {
      const tasks: (() => void)[] = [];
      await database.write(async (db) => {
        await db('version').insert({ name });
        await generations.bump({ db, afterCommit: (task) => tasks.push(task) }, 'versions');
        await inside?.(db);
      });
      for (const task of tasks) task();
    },
  };
}

eachDialect((fresh) => {
  test('data is loaded once as long as nobody changes it', async () => {
    const one = await processOn(await fresh());
    expect(await one.names()).toBe(await one.names());
    await sleep(300);
    await one.names();
    expect(one.loads()).toBe(1);
  });

  test('an own change is seen as soon as it is committed', async () => {
    const one = await processOn(await fresh());
    expect(await one.names()).toEqual([]);
    await one.add('1.0');
    expect(await one.names()).toEqual(['1.0']);
    await one.add('2.0');
    expect(await one.names()).toEqual(['1.0', '2.0']);
  });

  test('a change by another process is seen within a second', async () => {
    const where = await fresh();
    const [one, two] = [await processOn(where), await processOn(where)];
    expect(await one.names()).toEqual([]);
    await two.add('1.0');
    await sleep(300);
    expect(await one.names()).toEqual(['1.0']);
  });

  test('a transaction sees its own change; others do not, and are not left with old data under a new number', async () => {
    const one = await processOn(await fresh());
    await sleep(300);
    await one.add('1.0', async (db) => {
      expect(await one.cache.get(db)).toEqual(['1.0']);
      expect(await one.names()).toEqual([]);
    });
    expect(await one.names()).toEqual(['1.0']);
  });

  test('a change that was undone leaves the cache right', async () => {
    const one = await processOn(await fresh());
    const failing = one.add('1.0', async (db) => {
      expect(await one.cache.get(db)).toEqual(['1.0']);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await sleep(300);
    expect(await one.names()).toEqual([]);
  });
});
