import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../core/db/database.ts';
import { migrate } from '../../../core/db/migrate.ts';
import { TracError } from '../../../core/kernel/errors.ts';
import { createTestDatabase } from '../../support/databases.ts';
import { open, refusal } from '../../support/open-databases.ts';

describe('PostgreSQL', () => {
  test('a deadlock is retried until both transactions are through', async () => {
    const { url, dir, drop } = await createTestDatabase('postgres');
    const database = await open(url, dir);
    await database.write(async (db) => {
      await db.schema.createTable('t', (t) => {
        t.text('name').primary();
        t.integer('n').notNullable();
      });
      await db('t').insert([
        { name: 'a', n: 0 },
        { name: 'b', n: 0 },
      ]);
    });
    let runs = 0;
    const touch = (first: string, second: string) =>
      database.write(async (db) => {
        runs += 1;
        await db('t').where({ name: first }).increment('n');
        await new Promise((resolve) => setTimeout(resolve, 50));
        await db('t').where({ name: second }).increment('n');
      });
    await Promise.all([touch('a', 'b'), touch('b', 'a')]);
    expect(runs).toBeGreaterThan(2);
    expect(await database.reader('t').select('n').orderBy('name')).toEqual([{ n: 2 }, { n: 2 }]);
    await database.close();
    await drop();
  });

  test('connections that the server cut are replaced and do not end the process', async () => {
    const { url, dir, drop } = await createTestDatabase('postgres');
    const heard: string[] = [];
    const hear = (text: string, data?: object) => heard.push(`${text} ${JSON.stringify(data)}`);
    const database = await openDatabase(url, { dir, log: { info: hear, warn: hear, error: hear } });
    const killer = await open(url, dir);
    await database.reader.raw('select 1');
    await killer.write((db) =>
      db.raw(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await database.reader.select(database.reader.raw('1 as n'))).toEqual([{ n: 1 }]);
    await database.write((db) => db.raw('select 1'));
    expect(heard.join()).toContain('Connection ended');
    await database.close();
    await killer.close();
    await drop();
  });

  test('the parameter schema keeps all tables in that schema', async () => {
    const { url, dir, drop } = await createTestDatabase('postgres');
    const database = await open(`${url}?schema=site_a`, dir);
    await database.write((db) => db.schema.createTable('t', (t) => t.integer('x')));
    expect(await database.reader('pg_tables').where({ tablename: 't' }).first('schemaname')).toEqual({ schemaname: 'site_a' });
    await database.close();
    await drop();
  });

  test("Trac's own database is refused", async () => {
    const { url, dir, drop } = await createTestDatabase('postgres');
    const database = await open(url, dir);
    await database.write(async (db) => {
      await db.schema.createTable('system', (t) => {
        t.text('name').primary();
        t.text('value');
      });
      await db('system').insert({ name: 'database_version', value: '45' });
    });
    await database.close();
    expect((await refusal(url, dir)).code).toBe('DATABASE_OF_TRAC');
    await drop();
  });

  test.each([
    ['postgres://tracts:secret@127.0.0.1:1/x', 'does not answer'],
    ['postgres://tracts:secret@nowhere.invalid/x', 'does not answer'],
  ])('a server that does not answer (%s) is named without its password', async (url, words) => {
    const error = await refusal(url, '/');
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('secret');
  });

  test('a database or account that does not exist is told apart', async () => {
    const { url, dir, drop } = await createTestDatabase('postgres');
    expect((await refusal(`${url}_missing`, dir)).message).toContain('no database of that name');
    expect((await refusal(url.replace('postgres@', 'nobody-here@'), dir)).message).toContain('refuses the login');
    expect((await refusal(`${url}?sslmode=require`, dir)).message).toContain('cannot be used');
    await drop();
  });

  test('an account that may not make tables is told what to do', async () => {
    const { url, dir, drop } = await createTestDatabase('postgres');
    const admin = await open(url, dir);
    const role = `role_${new URL(url).pathname.slice(1)}`;
    await admin.write(async (db) => {
      await db.raw(`create role ${role} login password 'secret'`);
      await db.raw('revoke create on schema public from public');
    });
    const own = new URL(url);
    [own.username, own.password] = [role, 'secret'];
    const database = await open(own.href, dir);
    const error: unknown = await migrate(database, []).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TracError);
    expect(String(error)).toContain('alter database');
    expect(String(error)).not.toContain('secret');
    expect((await refusal(`${own.href}?schema=other`, dir, true)).message).toContain('alter database');
    await database.close();
    await admin.write(async (db) => db.raw(`drop role ${role}`));
    await admin.close();
    await drop();
  });
});
