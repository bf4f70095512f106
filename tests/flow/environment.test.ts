import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TracError } from '../../core/kernel/errors.ts';
import { silentLog } from '../../core/kernel/log.ts';
import { serveEnvironment } from '../../core/serving.ts';
import { CommandLine } from '../support/command-line.ts';

const line = new CommandLine();
let template = '';
let count = 0;

beforeAll(async () => {
  template = line.at('template');
  expect((await line.run(['init', template])).code).toBe(0);
});
afterAll(() => line.close());

/** A new environment of its own. */
function freshEnvironment(): string {
  count += 1;
  const dir = line.at(`env${count}`);
  cpSync(template, dir, { recursive: true });
  return dir;
}

const iniOf = (dir: string): string => path.join(dir, 'conf', 'trac.ini');
const databaseOf = (dir: string): string => path.join(dir, 'db', 'tracts.db');

/** Every file of a folder with what it holds, but for SQLite's own side files of an open database. */
function contentOf(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(path.join(dir, name)).isFile());
  return Object.fromEntries(
    files
      .filter((name) => !/-(wal|shm)$/.test(name))
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(path.join(dir, name)))
          .digest('hex'),
      ]),
  );
}

const refusalOf = (dir: string): Promise<unknown> =>
  serveEnvironment(dir, { host: '127.0.0.1', port: 0, log: silentLog }).then(
    async (service) => service.close(),
    (error: unknown) => error,
  );

/** Every way to open the environment gives the same sentence, and not a byte of it changes. */
async function expectRefusal(dir: string, sentence: RegExp): Promise<void> {
  const before = contentOf(dir);
  const refusal = await refusalOf(dir);
  expect(refusal).toBeInstanceOf(TracError);
  expect((refusal as TracError).message).toMatch(sentence);
  for (const command of [
    ['plugin', 'list', dir],
    ['ticket', 'show', dir, '1'],
  ]) {
    const { code, err } = await line.run(command);
    expect(code, command.join(' ')).toBe(1);
    expect(err.split('\n').at(-1)).toMatch(sentence);
    expect(err).not.toContain('unexpected');
  }
  expect(contentOf(dir)).toEqual(before);
}

describe('trac.ini', () => {
  test.each([
    ['binary', Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 89) % 256)), /trac\.ini.*(UTF-8|text)/],
    ['with a NUL in it', '[trac]\ndata\0base = x\n', /trac\.ini, line 2: the file has zero bytes/],
    ['cut in half', '[trac]\ndatabase = sqlite:db/tracts.db\n[ticket-work', /trac\.ini, line 3/],
    ['cut in a name', '[trac]\ndatabase = sqlite:db/tracts.db\n[project]\nna', /trac\.ini, line 4/],
    ['of 5 MB', `[trac]\n${'# all work and no play\n'.repeat(230_000)}`, /trac\.ini.*(MB|1048576|too)/],
    ['of one line of 5 MB', `[trac]\nx = ${'y'.repeat(5_000_000)}\n`, /trac\.ini.*(MB|1048576|too)/],
    ['with a key twice', '[ticket]\nworkflow = A\nworkflow = B\n', /trac\.ini, line 3/],
  ])('%s is refused with a sentence', async (_, text, sentence) => {
    const dir = freshEnvironment();
    writeFileSync(iniOf(dir), text);
    await expectRefusal(dir, sentence);
    const { code, out } = await line.run(['config', 'check', dir]);
    expect(code).toBe(1);
    expect(out).toMatch(sentence);
  });

  test('that is empty means the defaults, and the check says so', async () => {
    const dir = freshEnvironment();
    writeFileSync(iniOf(dir), '');
    expect(await refusalOf(dir)).toBeUndefined();
    const { code, out } = await line.run(['config', 'check', dir]);
    expect([code, out]).toEqual([0, expect.stringContaining('sets nothing')]);
  });

  test('that is gone makes the folder no environment', async () => {
    const dir = freshEnvironment();
    rmSync(iniOf(dir));
    await expectRefusal(dir, /is no environment.*tracts init/);
  });
});

function turnIntoFolder(file: string): void {
  rmSync(file);
  mkdirSync(file);
}

/** Modes mean nothing to root, so that root runs the command as somebody else. */
function runAsNobody(argv: readonly string[]) {
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const main = ['--import', 'tsx', '--conditions=source', 'core/main.ts', ...argv];
  return spawnSync(process.execPath, main, { encoding: 'utf8', timeout: 20_000, ...nobody });
}

describe('the database file', () => {
  test('that is missing is neither found elsewhere nor made', async () => {
    const dir = freshEnvironment();
    rmSync(databaseOf(dir));
    await expectRefusal(dir, /tracts\.db does not exist\..*restore the file from a backup/);
    expect(existsSync(databaseOf(dir))).toBe(false);
  });

  test.each([
    ['empty', (file: string) => truncateSync(file, 0), /tracts\.db is empty/],
    ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2)), /damaged/],
    ['no database', (file: string) => writeFileSync(file, 'Dear diary,\n'.repeat(1000)), /damaged or is no SQLite database/],
    ['a folder', turnIntoFolder, /is a folder/],
  ])('that is %s is refused and left alone', async (_, spoil, sentence) => {
    const dir = freshEnvironment();
    spoil(databaseOf(dir));
    await expectRefusal(dir, sentence);
  });

  test('that a newer version has used is refused', async () => {
    const dir = freshEnvironment();
    withDatabase(databaseOf(dir), (db) => db.exec("insert into tracts_migration values ('core', '9999_from_the_future', 0)"));
    await expectRefusal(dir, /newer version.*9999_from_the_future/);
    const { code, err } = await line.run(['upgrade', dir]);
    expect([code, err]).toEqual([1, expect.stringMatching(/newer version/)]);
  });

  test('that lacks a step of the schema is refused, and the command to run is named', async () => {
    const dir = freshEnvironment();
    withDatabase(databaseOf(dir), (db) => db.exec("delete from tracts_migration where owner = 'core'"));
    await expectRefusal(dir, /needs an upgrade \(core\/0001_.*Make a backup, then run "tracts upgrade"/);
  });

  test.each([
    ['the file', 0o444, 0o755],
    ['its folder', 0o644, 0o555],
    // Of root's, in a folder where everybody may write: SQLite opens it, for reading.
    ['the file, but not its folder', 0o444, 0o777],
  ])('that cannot be written is refused: %s is read-only', (_, fileMode, folderMode) => {
    const dir = freshEnvironment();
    chmodSync(line.folder, 0o755);
    chmodSync(iniOf(dir), 0o644);
    chmodSync(databaseOf(dir), fileMode);
    chmodSync(path.dirname(databaseOf(dir)), folderMode);
    const before = contentOf(dir);
    const { status, stderr } = runAsNobody(['plugin', 'list', dir]);
    expect(stderr).toMatch(/^tracts: The database file .*tracts\.db cannot be written\. Give the account that runs Tracts/);
    expect(status).toBe(1);
    expect(contentOf(dir)).toEqual(before);
    chmodSync(path.dirname(databaseOf(dir)), 0o755);
  });

  test('that would have to be made where no folder can be is refused, and does not hang', async () => {
    const { code, err } = await line.run(['init', line.at('proc'), '--database', 'sqlite:/proc/tracts/none.db']);
    expect([code, err]).toEqual([1, expect.stringMatching(/The folder \/proc\/tracts cannot be made/)]);
  });

  test.each(['mysql://u:hunter2@h/d', 'sqlite:', 'tracts.db', 'postgres://u:hunter2@127.0.0.1:1/d', ':::'])(
    'named as %s is refused, and no password is shown',
    async (url) => {
      const dir = freshEnvironment();
      writeFileSync(iniOf(dir), `[trac]\ndatabase = ${url}\n`);
      const refusal = String(await refusalOf(dir));
      expect(refusal).toMatch(/\[trac\] database/);
      expect(refusal).not.toContain('hunter2');
      await expectRefusal(dir, /\[trac\] database/);
    },
  );
});

function withDatabase(file: string, work: (db: Sqlite.Database) => void): void {
  const db = new Sqlite(file);
  work(db);
  // Back to one file, so that the test sees every byte.
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

/** As little as makes a database Trac's: what Trac itself looks for. */
function makeTracDatabase(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  withDatabase(file, (db) =>
    db.exec(`create table system (name text primary key, value text);
      insert into system values ('database_version', '45'), ('initial_database_version', '45');
      create table ticket (id integer primary key, summary text, status text);
      insert into ticket values (1, 'From Trac', 'new')`),
  );
}

describe("Trac's own", () => {
  test('database is never touched; the importer to come is named', async () => {
    const dir = freshEnvironment();
    const file = path.join(dir, 'trac', 'db', 'trac.db');
    makeTracDatabase(file);
    writeFileSync(iniOf(dir), `[trac]\ndatabase = sqlite:${file}\n`);
    await expectRefusal(dir, /belongs to Trac; Tracts does not touch it.*import/);
    const before = contentOf(dir);
    for (const argv of [
      ['upgrade', dir],
      ['init', line.at('over'), '--database', `sqlite:${file}`],
    ]) {
      const { code, err } = await line.run(argv);
      expect([code, err], argv[0]).toEqual([1, expect.stringMatching(/belongs to Trac/)]);
    }
    expect(contentOf(dir)).toEqual(before);
  });

  test('environment is none of ours: nothing is written into it', async () => {
    const dir = line.at('trac');
    makeTracDatabase(path.join(dir, 'db', 'trac.db'));
    writeFileSync(path.join(dir, 'VERSION'), 'Trac Environment Version 1\n');
    mkdirSync(path.join(dir, 'conf'));
    writeFileSync(path.join(dir, 'conf', 'trac.ini'), '[trac]\ndatabase = sqlite:db/trac.db\n');
    const before = contentOf(dir);
    for (const argv of [
      ['init', dir],
      ['upgrade', dir],
      ['plugin', 'list', dir],
      ['user', 'list', dir],
    ]) {
      const { code, err } = await line.run(argv);
      expect([code, err.split('\n').length], argv.join(' ')).toEqual([1, 1]);
      expect(err, argv.join(' ')).not.toContain('unexpected');
    }
    expect(await refusalOf(dir)).toBeInstanceOf(TracError);
    expect(contentOf(dir)).toEqual(before);
  });
});

describe('a new environment', () => {
  test('is not made in a folder that holds something else, or twice', async () => {
    mkdirSync(line.at('home'));
    writeFileSync(line.at('home/diary.txt'), 'mine');
    const other = await line.run(['init', line.at('home')]);
    expect([other.code, other.err]).toEqual([1, expect.stringMatching(/holds other files/)]);
    expect(readdirSync(line.at('home'))).toEqual(['diary.txt']);
    const again = await line.run(['init', template]);
    expect([again.code, again.err]).toEqual([1, expect.stringMatching(/is an environment already/)]);
  });

  test('keeps trac.ini and database to the account that makes it, and edits keep the mode that a file was given', async () => {
    const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
    const dir = line.at('private');
    expect((await line.run(['init', dir])).code).toBe(0);
    expect([iniOf(dir), databaseOf(dir)].map(modeOf)).toEqual(['600', '600']);
    chmodSync(iniOf(dir), 0o640);
    expect((await line.run(['config', 'set', dir, 'project', 'name', 'Ours'])).code).toBe(0);
    expect(modeOf(iniOf(dir))).toBe('640');
  });

  test('whose trac.ini may not be read is not taken for none', () => {
    const dir = freshEnvironment();
    chmodSync(line.folder, 0o755);
    chmodSync(iniOf(dir), 0o000);
    const { status, stderr } = runAsNobody(['plugin', 'list', dir]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/trac\.ini.*cannot be read.*Check its owner and mode/)]);
  });

  test('that could not be made leaves nothing in the way of the next try', async () => {
    mkdirSync(line.at('empty'));
    for (const dir of [line.at('empty'), line.at('missing')]) {
      const stood = existsSync(dir);
      const failed = await line.run(['init', dir, '--database', 'postgres://tracts@127.0.0.1:1/tracts']);
      expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(/does not answer/)]);
      expect(existsSync(dir)).toBe(stood);
      expect((await line.run(['init', dir])).code).toBe(0);
    }
  });

  test('is made once when two begin at the same time', async () => {
    const dir = line.at('twice');
    const made = await Promise.all([line.run(['init', dir]), line.run(['init', dir])]);
    expect(made.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(made.map(({ err }) => err).join('')).not.toContain('unexpected');
    expect((await line.run(['permission', 'list', dir])).code).toBe(0);
  });

  test('under a file is refused with a sentence', async () => {
    writeFileSync(line.at('file'), 'x');
    for (const dir of [line.at('file'), line.at('file/env')]) {
      const { code, err } = await line.run(['init', dir]);
      expect([code, err.split('\n').length], dir).toEqual([1, 1]);
      expect(err).not.toContain('unexpected');
    }
  });
});

describe('an environment whose database does not answer', () => {
  const broken = (): string => {
    const dir = freshEnvironment();
    const ini =
      '[trac]\ndatabase = postgres://tracts:secret@127.0.0.1:1/x\n[ticket-workflow]\ncreate = <none> -> new\nclose = new closed\n';
    writeFileSync(iniOf(dir), ini);
    return dir;
  };

  test('still tells its configuration, and nothing else', async () => {
    const dir = broken();
    expect(await line.run(['config', 'get', dir, 'ticket', 'default_owner'])).toEqual({ code: 0, out: '< default >', err: '' });
    expect(await line.run(['config', 'check', dir])).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('does not answer'),
    });
  });

  test('has its workflow judged by the file alone, and says so', async () => {
    const { code, out, err } = await line.run(['workflow', 'check', broken(), '--json']);
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toEqual(
      expect.arrayContaining([
        {
          line: null,
          severity: 'error',
          message: expect.stringContaining('does not answer'),
          remedy: expect.stringContaining('the file alone'),
        },
        expect.objectContaining({ line: 5, severity: 'error', message: expect.stringContaining('has no "->"') }),
      ]),
    );
    expect(out).not.toContain('secret');
    expect((await line.run(['workflow', 'check', line.at('nowhere')])).err).toContain('is no environment');
  });
});

test('a host that nobody knows is refused with a sentence', async () => {
  const served = serveEnvironment(freshEnvironment(), { host: '999.1.1.1', port: 0, log: silentLog });
  await expect(served).rejects.toThrow(/^Cannot listen on 999\.1\.1\.1, port 0\. .*--host/);
  await expect(served).rejects.toBeInstanceOf(TracError);
});
