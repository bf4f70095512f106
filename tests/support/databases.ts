import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, inject } from 'vitest';

export type Dialect = 'sqlite' | 'postgres';

/** An empty database of its own. `url` is as in `[trac] database`; `dir` is an empty folder to use as environment. */
export interface FreshDatabase {
  readonly dialect: Dialect;
  readonly url: string;
  readonly dir: string;
  drop(): Promise<void>;
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Makes an empty database; drop it at the end (`eachDialect` does so by itself). */
export async function createTestDatabase(dialect: Dialect = 'postgres'): Promise<FreshDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'tracts-test-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  if (dialect === 'sqlite') return { dialect, url: 'sqlite:db/tracts.db', dir, drop: async () => remove() };
  const name = `t_${randomBytes(8).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    dialect,
    url: url.href,
    dir,
    async drop() {
      remove();
      await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

/**
 * Declares the same tests for SQLite and for PostgreSQL. `fresh()` makes an empty database, as often as wanted; all are
 * dropped when the block has run. Close what you opened on them first (`afterEach`, `await using`).
 */
export function eachDialect(body: (fresh: () => Promise<FreshDatabase>, dialect: Dialect) => void): void {
  describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
    const made: FreshDatabase[] = [];
    afterAll(async () => {
      for (const database of made) await database.drop();
    });
    body(async () => {
      const database = await createTestDatabase(dialect);
      made.push(database);
      return database;
    }, dialect);
  });
}
