import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import { TracError } from '../kernel/errors.ts';
import type { Database, Migration, MigrationSet } from './types.ts';

const TABLE = 'tracts_migration';
/** PostgreSQL's advisory lock of migrators: any number, as long as all use the same one. */
const LOCK = 7_263_218_453;

/** A migration, with the set it belongs to. */
export interface OwnedMigration {
  readonly owner: string;
  readonly migration: Migration;
}

/**
 * Reads the migrations of one owner from a folder of `NNNN_what.ts` or `.js`; a folder that does not exist has none.
 *
 * @param importModule how to import a file; plugins outside the package need their loader's.
 */
export async function loadMigrations(
  dir: string,
  owner: string,
  importModule: (file: string) => Promise<unknown> = (file) => import(pathToFileURL(file).href),
): Promise<MigrationSet> {
  if (!existsSync(dir)) return { owner, migrations: [] };
  const files = new Map<string, string>();
  // Sorted, `.js` comes before `.ts`: where both lie side by side the compiled one is taken.
  for (const file of readdirSync(dir).sort()) {
    const name = /^(\d{4}_[a-z0-9_]+)\.(?:js|mjs|ts)$/.exec(file)?.[1];
    if (name && !files.has(name)) files.set(name, path.join(dir, file));
  }
  const migrations: Migration[] = [];
  for (const [name, file] of [...files].sort()) {
    const module = (await importModule(file)) as { up?: unknown };
    if (typeof module.up !== 'function')
      throw new TracError('MIGRATION', `${file}: exports no function "up". A migration is: export async function up(db) { ... }`);
    migrations.push({ name, up: module.up as Migration['up'] });
  }
  return { owner, migrations };
}

/**
 * What has not been run on this database yet, in order.
 *
 * Throws when the database knows migrations of one of these owners that we do not: it was made by a newer version.
 */
export async function pendingMigrations(db: Database, sets: readonly MigrationSet[]): Promise<readonly OwnedMigration[]> {
  return pendingOn(db.reader, sets);
}

async function pendingOn(db: Knex, sets: readonly MigrationSet[]): Promise<readonly OwnedMigration[]> {
  const rows: readonly { owner: string; name: string }[] = (await db.schema.hasTable(TABLE))
    ? await db(TABLE).select('owner', 'name')
    : [];
  const done = new Set(rows.map(({ owner, name }) => `${owner}/${name}`));
  for (const { owner, migrations } of sets) {
    const known = new Set(migrations.map(({ name }) => name));
    const foreign = rows.find((row) => row.owner === owner && !known.has(row.name));
    if (foreign) throw newer(owner, foreign.name);
  }
  return sets.flatMap(({ owner, migrations }) =>
    migrations.filter(({ name }) => !done.has(`${owner}/${name}`)).map((migration) => ({ owner, migration })),
  );
}

const newer = (owner: string, name: string): TracError =>
  new TracError(
    'DATABASE_NEWER',
    owner === 'core'
      ? `The database was made by a newer version of Tracts (it has the migration ${name}, unknown here). Install that version, or restore a backup from before the upgrade.`
      : `The database was used with a newer version of the plugin ${owner} (it has the migration ${name}, unknown here). Install that version, or disable the plugin.`,
  );

/** Throws, naming the command to run, when the database is not up to date. */
export async function requireMigrated(db: Database, sets: readonly MigrationSet[]): Promise<void> {
  const pending = await pendingMigrations(db, sets);
  if (pending.length === 0) return;
  const names = pending.map(({ owner, migration }) => `${owner}/${migration.name}`).join(', ');
  throw new TracError(
    'DATABASE_OUTDATED',
    `The database needs an upgrade (${names}). Make a backup, then run "tracts upgrade" on the environment.`,
  );
}

/**
 * Runs what is pending, each migration in a transaction of its own, and returns the names of those it ran.
 *
 * Two processes may do so at once: each migration runs exactly once.
 */
export async function migrate(db: Database, sets: readonly MigrationSet[], now = new Date()): Promise<readonly string[]> {
  const ran: string[] = [];
  for (;;) {
    const name = await db.write((transaction) => runNext(transaction, db.dialect, sets, now), { schema: true });
    if (name === undefined) return ran;
    ran.push(name);
  }
}

async function runNext(db: Knex, dialect: string, sets: readonly MigrationSet[], now: Date): Promise<string | undefined> {
  if (dialect === 'postgres') await db.raw('select pg_advisory_xact_lock(?)', [LOCK]);
  if (!(await db.schema.hasTable(TABLE)))
    await db.schema.createTable(TABLE, (t) => {
      t.text('owner').notNullable();
      t.text('name').notNullable();
      t.bigInteger('time').notNullable();
      t.primary(['owner', 'name']);
    });
  const [next] = await pendingOn(db, sets);
  if (!next) return undefined;
  const { owner, migration } = next;
  try {
    await migration.up(db);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const failed = new TracError(
      'MIGRATION',
      `The migration ${owner}/${migration.name} failed and was undone: ${reason}. The database is as it was before it.`,
    );
    failed.cause = error;
    throw failed;
  }
  await db(TABLE).insert({ owner, name: migration.name, time: now.getTime() * 1000 });
  return `${owner}/${migration.name}`;
}
