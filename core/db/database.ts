import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import knexPackage, { type Knex } from 'knex';
import type pg from 'pg';
import { TracError } from '../kernel/errors.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import { type DatabaseLocation, maskPassword, parseDatabaseUrl } from './database-url.ts';
import { lookAgain } from './kept-rows.ts';
import { FastSqlite } from './sqlite-client.ts';
import type { Database } from './types.ts';
import { WriteGroups } from './write-groups.ts';

const { knex } = knexPackage;

/** How to open a database. */
export interface OpenOptions {
  /** The environment folder, to which SQLite paths are relative. */
  readonly dir: string;
  /** Make what is missing: the file and its folder, or the PostgreSQL schema. Otherwise a missing file is an error. */
  readonly create?: boolean;
  /** SQLite: how long a transaction waits, without blocking, for another process to finish writing. Default: 15 seconds. */
  readonly writeWaitMs?: number;
  /** Hears what knex has to say of connections. */
  readonly log?: Log;
}

interface Setup {
  readonly create: boolean;
  readonly writeWaitMs: number;
  readonly log: Log;
}

/**
 * Opens the database that `[trac] database` names and checks that it can be used: right kind, there, writable, sound, and
 * not Trac's own, which is looked at read-only and never touched. The schema may still need migrating.
 */
export async function openDatabase(url: string, options: OpenOptions): Promise<Database> {
  const location = parseDatabaseUrl(url, options.dir);
  const setup = { create: false, writeWaitMs: 15_000, log: silentLog, ...options };
  return location.dialect === 'sqlite' ? openSqlite(location.file, setup) : openPostgres(location, setup);
}

/** Knex writes to the console unless told otherwise. */
const knexLog = (log: Log) => ({
  warn: (message: unknown) => log.warn('database', { message: String(message) }),
  error: (message: unknown) => log.error('database', { message: String(message) }),
  deprecate: (message: unknown) => log.warn('database', { message: String(message) }),
  debug: () => undefined,
});

// ---- SQLite

async function openSqlite(file: string, setup: Setup): Promise<Database> {
  if (file === ':memory:') {
    const only = sqliteKnex(file, setup, false, 1);
    return assemble('sqlite', only, only);
  }
  prepareFile(file, setup.create);
  inspectFile(file);
  const writer = sqliteKnex(file, setup, false, 1);
  try {
    await tryWriting(writer);
  } catch (error) {
    await writer.destroy();
    throw explainSqlite(error, file);
  }
  // The driver is synchronous: more readers would not read faster, they would only keep more memory.
  return assemble('sqlite', writer, sqliteKnex(file, setup, true, 2), (error) => explainSqlite(error, file));
}

/**
 * Writes once and takes it back: a file or folder that cannot be written is known now and not at the first ticket. To begin is
 * not enough, since SQLite does that with a file that it can only read as well.
 */
async function tryWriting(writer: Knex): Promise<void> {
  const trial = await writer.transaction();
  try {
    await trial.raw('pragma user_version = 0');
  } finally {
    await trial.rollback();
  }
}

function sqliteKnex(filename: string, { writeWaitMs, log }: Setup, onlyReads: boolean, max: number): Knex {
  const config = {
    client: FastSqlite as unknown as typeof Knex.Client,
    connection: { filename },
    onlyReads,
    writeWaitMs,
    log: knexLog(log),
    useNullAsDefault: true,
    compileSqlOnError: false,
    pool: { min: 1, max },
  };
  return knex(config as Knex.Config);
}

function prepareFile(file: string, create: boolean): void {
  const folder = path.dirname(file);
  if (create) makeFolder(folder);
  if (existsSync(file) && statSync(file).isDirectory())
    throw new TracError('DATABASE_URL', `The database ${file} is a folder. Name a file in [trac] database of trac.ini.`);
  // To SQLite an empty file is a new database: opening one would write into what a full disk or a bad copy left behind.
  if (!create && !(existsSync(file) && statSync(file).size > 0))
    throw new TracError(
      'DATABASE_MISSING',
      `The database file ${file} ${existsSync(file) ? 'is empty' : 'does not exist'}. Correct [trac] database in trac.ini, restore the file from a backup, or make a new environment with "tracts init".`,
    );
}

/** Not `recursive`: in a place such as /proc Node would try for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new TracError('DATABASE_URL', `The folder ${folder} cannot be made (${reason}). Correct [trac] database of trac.ini.`);
  }
}

/** Looks at an existing file without writing a byte. */
function inspectFile(file: string): void {
  if (!existsSync(file) || statSync(file).size === 0) return;
  let connection: Sqlite.Database | undefined;
  try {
    connection = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    const tables = connection.prepare("select name from sqlite_master where type = 'table'").pluck().all();
    const version = tables.includes('system')
      ? connection.prepare("select value from system where name = 'database_version'").pluck().get()
      : undefined;
    if (version !== undefined) throw tracDatabase(file);
  } catch (error) {
    throw explainSqlite(error, file);
  } finally {
    connection?.close();
  }
}

const tracDatabase = (what: string): TracError =>
  new TracError(
    'DATABASE_OF_TRAC',
    `The database ${what} belongs to Trac; Tracts does not touch it. Name a database of its own in [trac] database of trac.ini (for example sqlite:db/tracts.db); the importer to come ("tracts import") will copy Trac's data into it.`,
  );

const SQLITE_REASONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^SQLITE_(NOTADB|CORRUPT)/,
    'DATABASE_CORRUPT',
    'is damaged or is no SQLite database. Restore it from a backup, or try "sqlite3 FILE .recover" on a copy.',
  ],
  [
    /^SQLITE_(READONLY|PERM|CANTOPEN)/,
    'DATABASE_READ_ONLY',
    'cannot be written. Give the account that runs Tracts write permission on the file and on its folder.',
  ],
  [/^SQLITE_FULL/, 'DATABASE_FULL', 'cannot grow: the disk is full. Make room and try again.'],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'DATABASE_BUSY',
    'is held by another process. Try again; if it stays so, look for a tool that holds it open.',
  ],
];

/** Turns what SQLite says into a sentence with its remedy; errors of other kinds stay as they are. */
function explainSqlite(error: unknown, file: string): unknown {
  const code = error instanceof Error ? String((error as { code?: unknown }).code) : '';
  const known = SQLITE_REASONS.find(([pattern]) => pattern.test(code));
  if (!known) return error;
  const explained = new TracError(known[1], `The database file ${file} ${known[2]}`, known[1] === 'DATABASE_BUSY' ? 503 : 500);
  explained.cause = error;
  return explained;
}

// ---- PostgreSQL

/** Eight-byte integers and sums arrive as numbers; ours stay far below 2^53. The driver is loaded only where there is PostgreSQL. */
async function parsers(): Promise<pg.CustomTypesConfig> {
  const { TypeOverrides, types } = (await import('pg')).default;
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  overrides.setTypeParser(types.builtins.NUMERIC, Number);
  return overrides;
}

type PostgresLocation = Extract<DatabaseLocation, { dialect: 'postgres' }>;

async function openPostgres(location: PostgresLocation, { create, log }: Setup): Promise<Database> {
  const setup = { location, log, types: await parsers() };
  const writer = postgresKnex(setup, 'off');
  const reader = postgresKnex(setup, 'on');
  try {
    if (create && location.schema) await writer.raw('create schema if not exists ??', [location.schema]);
    const found = await writer.raw<{ rows: { at: string | null }[] }>("select to_regclass('system')::text as at");
    if (found.rows[0]?.at && (await writer('system').where({ name: 'database_version' }).first('value')))
      throw tracDatabase(maskPassword(location.url));
    return assemble('postgres', writer, reader, (error) => (isForbidden(error) ? explainPostgres(error, location.url) : error));
  } catch (error) {
    await writer.destroy();
    await reader.destroy();
    throw error instanceof TracError ? error : explainPostgres(error, location.url);
  }
}

type PostgresConnection = pg.Client & { query(sql: string, done: (error: Error | null) => void): void };

interface PostgresSetup {
  readonly location: PostgresLocation;
  readonly log: Log;
  readonly types: pg.CustomTypesConfig;
}

function postgresKnex({ location: { url, schema }, log, types }: PostgresSetup, readOnly: 'on' | 'off'): Knex {
  return knex({
    client: 'pg',
    connection: { connectionString: url, types, connectionTimeoutMillis: 10_000 },
    ...(schema ? { searchPath: [schema] } : {}),
    log: knexLog(log),
    compileSqlOnError: false,
    pool: {
      min: 0,
      max: 8,
      afterCreate: (connection: PostgresConnection, done: (error: Error | null) => void) =>
        connection.query(`set default_transaction_read_only = ${readOnly}`, done),
    },
  } as Knex.Config);
}

const POSTGRES_REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|57P03)$/,
    'does not answer. Start the server, or correct host and port',
  ],
  [/^28/, 'refuses the login. Correct user and password'],
  [/^42501$/, 'does not let this user do that. Make the user its owner (alter database NAME owner to USER), or name another'],
  [/^3D000$/, 'has no database of that name. Create it (createdb), or correct the name'],
];

const isForbidden = (error: unknown): boolean => error instanceof Error && (error as { code?: unknown }).code === '42501';

function explainPostgres(error: unknown, url: string): TracError {
  const code = error instanceof Error ? String((error as { code?: unknown }).code) : '';
  const reason =
    POSTGRES_REASONS.find(([pattern]) => pattern.test(code))?.[1] ??
    `cannot be used (${error instanceof Error ? error.message : String(error)}). Correct the address`;
  const explained = new TracError(
    'DATABASE_UNREACHABLE',
    `The database ${maskPassword(url)} ${reason} in [trac] database of trac.ini.`,
  );
  explained.cause = error;
  return explained;
}

// ---- both

/** Deadlock and serialisation failure: PostgreSQL undid the transaction and asks for another try. */
const isConflict = (error: unknown): boolean =>
  error instanceof Error && ['40001', '40P01'].includes(String((error as { code?: unknown }).code));

const CONFLICT_TRIES = 6;

async function retryConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isConflict(error) || tries === CONFLICT_TRIES) throw error;
      await sleep(10 * tries * (0.5 + Math.random()));
    }
  }
}

function assemble(
  dialect: Database['dialect'],
  writer: Knex,
  reader: Knex,
  explain: (error: unknown) => unknown = (error) => error,
): Database {
  const groups = dialect === 'sqlite' ? new WriteGroups(writer) : undefined;
  return {
    dialect,
    get reader() {
      lookAgain();
      return reader;
    },
    async write(work, { schema = false } = {}) {
      const config = (dialect === 'sqlite' && schema ? { enforceForeignCheck: false } : {}) as Knex.TransactionConfig;
      try {
        if (groups && !schema) return await groups.run(work);
        return await retryConflicts(() => writer.transaction(work, config));
      } catch (error) {
        throw explain(error);
      }
    },
    async close() {
      await reader.destroy();
      if (writer !== reader) await writer.destroy();
    },
  };
}
