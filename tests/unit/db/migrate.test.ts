import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openDatabase } from '../../../core/db/database.ts';
import { loadMigrations, migrate, pendingMigrations, requireMigrated } from '../../../core/db/migrate.ts';
import type { Database, MigrationSet } from '../../../core/db/types.ts';
import { createTestDatabase, eachDialect } from '../../support/databases.ts';
import { CORE_MIGRATIONS } from '../../support/schema.ts';

const CORE = await CORE_MIGRATIONS;
const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});
const open = async ({ url, dir }: { url: string; dir: string }): Promise<Database> => {
  const database = await openDatabase(url, { dir, create: true });
  opened.push(database);
  return database;
};

const notes: MigrationSet = {
  owner: 'notes',
  migrations: [
    { name: '0001_notes', up: (db) => db.schema.createTable('note', (t) => t.text('text')) },
    { name: '0002_first_note', up: async (db) => void (await db('note').insert({ text: 'first' })) },
  ],
};

eachDialect((fresh) => {
  test('the core schema is made once, and then nothing is pending', async () => {
    const database = await open(await fresh());
    expect((await pendingMigrations(database, [CORE])).map(({ migration }) => migration.name)).toContain('0001_schema');
    const ran = await migrate(database, [CORE]);
    expect(ran[0]).toBe('core/0001_schema');
    expect(ran).toHaveLength(CORE.migrations.length);
    expect(await migrate(database, [CORE])).toEqual([]);
    expect(await pendingMigrations(database, [CORE])).toEqual([]);
    await requireMigrated(database, [CORE]);
    expect(await database.reader('ticket').select()).toEqual([]);
  });

  test('each owner has a history of its own, and one that is absent is left alone', async () => {
    const database = await open(await fresh());
    await migrate(database, [CORE, notes]);
    expect(await pendingMigrations(database, [CORE])).toEqual([]);
    const more = { owner: 'notes', migrations: [...notes.migrations, { name: '0003_more', up: async () => undefined }] };
    expect(await migrate(database, [CORE, more])).toEqual(['notes/0003_more']);
    expect(await database.reader('note').select()).toEqual([{ text: 'first' }]);
  });

  test('a migration that fails is undone as a whole, is named, and the ones before it stay', async () => {
    const database = await open(await fresh());
    const broken: MigrationSet = {
      owner: 'notes',
      migrations: [
        ...notes.migrations,
        {
          name: '0003_broken',
          async up(db) {
            await db.schema.createTable('half', (t) => t.text('x'));
            throw new Error('no more');
          },
        },
      ],
    };
    await expect(migrate(database, [broken])).rejects.toMatchObject({
      code: 'MIGRATION',
      message: expect.stringContaining('notes/0003_broken'),
    });
    expect(await database.reader.schema.hasTable('half')).toBe(false);
    expect((await pendingMigrations(database, [broken])).map(({ migration }) => migration.name)).toEqual(['0003_broken']);
  });

  test('a database that a newer version made is refused', async () => {
    const database = await open(await fresh());
    await migrate(database, [CORE, notes]);
    const older = { owner: 'notes', migrations: notes.migrations.slice(0, 1) };
    await expect(pendingMigrations(database, [CORE, older])).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
    await expect(migrate(database, [CORE, older])).rejects.toThrow('plugin notes');
    await database.write((db) => db('tracts_migration').insert({ owner: 'core', name: '9999_future', time: 0 }));
    await expect(pendingMigrations(database, [CORE])).rejects.toThrow('newer version of Tracts');
  });

  test('a database that needs an upgrade is refused and the command is named', async () => {
    const database = await open(await fresh());
    await expect(requireMigrated(database, [notes])).rejects.toMatchObject({
      code: 'DATABASE_OUTDATED',
      message: expect.stringContaining('tracts upgrade'),
    });
  });

  test('two that migrate at once run each migration once', async () => {
    const where = await fresh();
    const [one, two] = [await open(where), await open(where)];
    const ran = await Promise.all([migrate(one, [CORE, notes]), migrate(two, [CORE, notes])]);
    expect(ran.flat().toSorted()).toEqual([
      ...CORE.migrations.map(({ name }) => `core/${name}`),
      'notes/0001_notes',
      'notes/0002_first_note',
    ]);
    expect(await one.reader('note').count({ rows: '*' }).first()).toEqual({ rows: 1 });
  });

  test('a table that others refer to can be rebuilt without losing their rows', async () => {
    const database = await open(await fresh());
    const make: MigrationSet = {
      owner: 'x',
      migrations: [
        {
          name: '0001_make',
          async up(db) {
            await db.schema.createTable('parent', (t) => t.integer('id').primary());
            await db.schema.createTable('child', (t) => t.integer('parent').references('parent.id').onDelete('CASCADE'));
            await db('parent').insert({ id: 1 });
            await db('child').insert({ parent: 1 });
          },
        },
        {
          name: '0002_rebuild',
          async up(db) {
            if (database.dialect === 'postgres')
              return db.schema.alterTable('parent', (t) => t.text('extra').notNullable().defaultTo(''));
            await db.schema.createTable('parent_new', (t) => {
              t.integer('id').primary();
              t.text('extra').notNullable().defaultTo('');
            });
            await db.raw('insert into parent_new (id) select id from parent');
            await db.schema.dropTable('parent');
            await db.schema.renameTable('parent_new', 'parent');
          },
        },
      ],
    };
    await migrate(database, [make]);
    expect(await database.reader('child').select()).toEqual([{ parent: 1 }]);
    await expect(database.write((db) => db('child').insert({ parent: 7 }))).rejects.toThrow(/foreign key/i);
  });
});

test('migrations are read from a folder by name, whatever their ending, and a compiled one wins', async () => {
  const { dir, drop } = await createTestDatabase('sqlite');
  const folder = path.join(dir, 'migrations');
  mkdirSync(folder);
  const write = (name: string, mark: string) =>
    writeFileSync(path.join(folder, name), `export const mark = '${mark}'; export function up() {}`);
  write('0002_second.ts', 'ts');
  write('0001_first.js', 'js');
  write('0001_first.ts', 'ts');
  write('0001_first.d.ts', 'types');
  write('notes.txt', '');
  const files: string[] = [];
  const set = await loadMigrations(folder, 'notes', (file) => {
    files.push(path.basename(file));
    return import(file);
  });
  expect(set.owner).toBe('notes');
  expect(set.migrations.map(({ name }) => name)).toEqual(['0001_first', '0002_second']);
  expect(files).toEqual(['0001_first.js', '0002_second.ts']);
  await drop();
});

test('a folder that is not there holds no migrations', async () => {
  expect(await loadMigrations('/nowhere/at/all', 'x')).toEqual({ owner: 'x', migrations: [] });
});

test('a file without "up" is named', async () => {
  const { dir, drop } = await createTestDatabase('sqlite');
  writeFileSync(path.join(dir, '0001_x.js'), 'export const down = 1;');
  await expect(loadMigrations(dir, 'x')).rejects.toThrow('0001_x.js');
  await drop();
});
