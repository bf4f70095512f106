import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { IOneTimeLinks, IPasswords, ISessionService, IUserService } from '../../../core/security/extension-points.ts';
import { sessionFinder } from '../../../core/security/index.ts';
import { attemptKeys } from '../../../core/security/login-attempts.ts';
import { hashPassword, passwordFault, verifyPassword } from '../../../core/security/passwords.ts';
import { eachDialect } from '../../support/databases.ts';
import { inMemory, type SecurityStage, securityStage } from '../../support/security.ts';

const stages: SecurityStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
});
const CHEAP = { ln: 8, r: 8, p: 1 };
let hash = '';
beforeAll(async () => {
  hash = await hashPassword('correct horse', CHEAP);
});
const START = new Date('2026-01-02T00:00:00Z');
const later = (minutes: number): Date => new Date(START.getTime() + minutes * 60_000);
const DAY = 24 * 60;

eachDialect((fresh) => {
  async function setUp(ini = {}) {
    const stage = await securityStage(await fresh(), { ini });
    stages.push(stage);
    await stage.write(
      'root',
      (ctx) => stage.get(IUserService).add(ctx, { name: 'jane', passwordHash: hash, timeZone: 'UTC', theme: 'dark' }),
      START,
    );
    const sessions = stage.get(ISessionService);
    return {
      stage,
      sessions,
      links: stage.get(IOneTimeLinks),
      passwords: stage.get(IPasswords),
      users: stage.get(IUserService),
      open: (now = START) => stage.write('jane', (ctx) => sessions.open(ctx, 'jane', 'browser'), now),
      find: (token: string, now = START) => stage.read('anonymous', (ctx) => sessions.find(ctx, token), now),
    };
  }

  describe('a login', () => {
    test('is known by its token alone, of which the database holds no copy', async () => {
      const { stage, open, find } = await setUp();
      const { token, session } = await open();
      expect(await find(token)).toMatchObject({ session, account: { name: 'jane', theme: 'dark' } });
      expect(await find(session.id)).toBeUndefined();
      expect(await find('x')).toBeUndefined();
      const rows = await stage.database.reader('session').select();
      expect(JSON.stringify(rows)).not.toContain(token);
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      const other = await open();
      expect([other.token === token, other.session.formToken === session.formToken]).toEqual([false, false]);
    });

    test('tells the server whose requests come with it', async () => {
      const { stage, open } = await setUp();
      const { token, session } = await open();
      const finder = sessionFinder(stage);
      const ask = (given: string) => stage.read('anonymous', (ctx) => finder(ctx, given), START);
      expect(await ask(token)).toEqual({
        user: { name: 'jane', authenticated: true },
        sessionId: session.id,
        formToken: session.formToken,
        timeZone: 'UTC',
        theme: 'dark',
      });
      expect(await ask('nothing')).toBeUndefined();
    });

    test('is over after 14 days without use, and after 90 days in any case', async () => {
      const { open, find } = await setUp();
      const { token } = await open();
      expect(await find(token, later(14 * DAY - 1))).toBeDefined();
      const idle = await open();
      expect(await find(idle.token, later(14 * DAY + 1))).toBeUndefined();
      for (let day = 27; day < 90; day += 13) expect(await find(token, later(day * DAY)), String(day)).toBeDefined();
      expect(await find(token, later(90 * DAY + 1))).toBeUndefined();
    });

    test('ends when [trac] auth_cookie_lifetime says', async () => {
      const { open, find } = await setUp({ trac: { auth_cookie_lifetime: '3600' } });
      const { token, session } = await open();
      expect(session.expires).toEqual(later(60));
      expect(await find(token, later(59))).toBeDefined();
      expect(await find(token, later(61))).toBeUndefined();
    });

    test('notes when it was last seen, at most once a minute', async () => {
      const { stage, open, find } = await setUp();
      const { token } = await open();
      const seen = async () =>
        (await stage.database.reader('session').first('last_seen')).last_seen / 60_000_000 - START.getTime() / 60_000;
      await find(token, new Date(START.getTime() + 59_000));
      expect(await seen()).toBe(0);
      await find(token, later(2));
      expect(await seen()).toBe(2);
    });

    test('is nobody’s once the account is disabled, even were the row still there', async () => {
      const { stage, open, find } = await setUp();
      const { token } = await open();
      await stage.database.write((db) => db('account').update({ disabled: true }));
      expect(await find(token)).toBeUndefined();
    });

    test('can be ended by its owner, alone or with all others, and by nobody else', async () => {
      const { stage, sessions, open, find } = await setUp();
      const [one, two, three] = [await open(START), await open(later(1)), await open(later(2))];
      const listed = await stage.read('jane', (ctx) => sessions.list(ctx, 'jane'), later(3));
      expect(listed.map(({ id }) => id)).toEqual([three.session.id, two.session.id, one.session.id]);
      await stage.write('joe', (ctx) => sessions.revoke(ctx, 'joe', one.session.id));
      expect(await find(one.token)).toBeDefined();
      await stage.write('jane', (ctx) => sessions.revoke(ctx, 'jane', one.session.id));
      expect(await find(one.token)).toBeUndefined();
      await stage.write('jane', (ctx) => sessions.revokeOthers(ctx, 'jane', three.session.id));
      expect([await find(two.token), (await find(three.token))?.session.id]).toEqual([undefined, three.session.id]);
      await stage.write('jane', (ctx) => sessions.revokeOthers(ctx, 'jane'));
      expect(await find(three.token)).toBeUndefined();
    });

    test('is deleted some time after it is over', async () => {
      const { stage, sessions, open } = await setUp();
      await open(START);
      const { session } = await open(later(10 * DAY));
      await stage.write('root', (ctx) => sessions.purge(ctx), later(15 * DAY));
      expect(await stage.database.reader('session').pluck('token_hash')).toEqual([session.id]);
    });
  });

  describe('a one-time link', () => {
    const invitation = { purpose: 'invite', account: '', grants: ['dev', 'TRAC_ADMIN'] } as const;

    test('says what it is for until it is used, once', async () => {
      const { stage, links } = await setUp();
      const token = await stage.write('root', (ctx) => links.issue(ctx, invitation), START);
      expect(await stage.read('anonymous', (ctx) => links.find(ctx, token), later(5))).toEqual({
        ...invitation,
        expires: later(7 * DAY),
      });
      expect(JSON.stringify(await stage.database.reader('one_time_link').select())).not.toContain(token);
      const use = () => stage.write('anonymous', (ctx) => links.use(ctx, token), later(5));
      const uses = await Promise.all([use(), use(), use()]);
      expect(uses.filter(Boolean)).toEqual([{ ...invitation, expires: later(7 * DAY) }]);
      expect(await stage.read('anonymous', (ctx) => links.find(ctx, token), later(5))).toBeUndefined();
    });

    test('stays good when what it was used for was undone', async () => {
      const { stage, links } = await setUp();
      const token = await stage.write('root', (ctx) => links.issue(ctx, invitation));
      const failing = stage.write('anonymous', async (ctx) => {
        await links.use(ctx, token);
        throw new Error('the name is taken');
      });
      await expect(failing).rejects.toThrow('taken');
      expect(await stage.read('anonymous', (ctx) => links.find(ctx, token))).toBeDefined();
    });

    test('expires: a new password within a day, an invitation within a week', async () => {
      const { stage, links } = await setUp();
      const token = await stage.write(
        'root',
        (ctx) => links.issue(ctx, { purpose: 'reset', account: 'jane', grants: [] }),
        START,
      );
      const find = (now: Date) => stage.read('anonymous', (ctx) => links.find(ctx, token), now);
      expect([Boolean(await find(later(DAY - 1))), Boolean(await find(later(DAY + 1)))]).toEqual([true, false]);
      expect(await stage.write('anonymous', (ctx) => links.use(ctx, token), later(DAY + 1))).toBeUndefined();
      await stage.write('root', (ctx) => links.purge(ctx), later(DAY + 1));
      expect(await stage.database.reader('one_time_link').select()).toEqual([]);
    });

    test('ends when another is made for the same account', async () => {
      const { stage, links } = await setUp();
      const issue = () => stage.write('root', (ctx) => links.issue(ctx, { purpose: 'reset', account: 'jane', grants: [] }));
      const [first, second] = [await issue(), await issue()];
      await stage.read('root', async (ctx) => {
        expect([await links.find(ctx, first), (await links.find(ctx, second))?.account]).toEqual([undefined, 'jane']);
      });
    });
  });

  describe('a try to log in', () => {
    test('succeeds with the right password only', async () => {
      const { passwords } = await setUp();
      expect(await passwords.check('jane', 'correct horse', '10.0.0.1')).toMatchObject({ kind: 'in', account: { name: 'jane' } });
      expect(await passwords.check('jane', 'wrong horse', '10.0.0.1')).toEqual({ kind: 'refused' });
      expect(await passwords.check('Jane', 'correct horse', '10.0.0.1')).toEqual({ kind: 'refused' });
      expect(await passwords.check('nobody', 'correct horse', '10.0.0.1')).toEqual({ kind: 'refused' });
      expect(await passwords.check('nob\0dy', 'correct horse', '10.0.0.1')).toEqual({ kind: 'refused' });
    });

    test('fails for a disabled account as for a wrong password', async () => {
      const { stage, users, passwords } = await setUp();
      await stage.write('root', (ctx) => users.update(ctx, 'jane', { disabled: true }));
      expect(await passwords.check('jane', 'correct horse', '10.0.0.1')).toEqual({ kind: 'refused' });
    });

    test('has to wait, ever longer, after five failures for a name, from whatever address', async () => {
      const { stage, passwords } = await setUp();
      for (let i = 0; i < 5; i += 1) expect(await passwords.check('jane', 'wrong', `10.0.0.${i}`)).toEqual({ kind: 'refused' });
      expect(await passwords.check('JANE', 'correct horse', '10.0.1.1')).toEqual({ kind: 'wait', seconds: 1 });
      const failures = { failures: 9, last: Date.now() * 1000 };
      await stage.database.write((db) => db('login_attempt').where({ key: 'name:jane' }).update(failures));
      expect(await passwords.check('jane', 'correct horse', '10.0.1.1')).toEqual({ kind: 'wait', seconds: 16 });
      // Whoever has waited gets in, and starts afresh.
      await stage.database.write((db) => db('login_attempt').update({ last: (Date.now() - 17_000) * 1000 }));
      expect(await passwords.check('jane', 'correct horse', '10.0.1.1')).toMatchObject({ kind: 'in' });
      expect(await passwords.check('jane', 'wrong', '10.0.1.1')).toEqual({ kind: 'refused' });
    });

    test('has to wait after twenty failures from an address, for whatever names; one’s own login does not help', async () => {
      const { stage, passwords } = await setUp();
      await stage.database.write((db) =>
        db('login_attempt').insert({ key: 'address:10.0.0.9', failures: 20, last: (Date.now() - 5000) * 1000 }),
      );
      expect(await passwords.check('jane', 'correct horse', '10.0.0.9')).toMatchObject({ kind: 'in' });
      expect(await passwords.check('other', 'wrong', '10.0.0.9')).toMatchObject({ kind: 'wait' });
      expect(await passwords.check('jane', 'correct horse', '10.0.0.8')).toMatchObject({ kind: 'in' });
    });

    test('failures are forgotten after an hour', async () => {
      const { stage, passwords } = await setUp();
      const old = { failures: 40, last: (Date.now() - 3_700_000) * 1000 };
      await stage.database.write((db) => db('login_attempt').insert({ key: 'name:jane', ...old }));
      expect(await passwords.check('jane', 'wrong', '10.0.0.1')).toEqual({ kind: 'refused' });
      expect(await stage.database.reader('login_attempt').where({ key: 'name:jane' }).first('failures')).toEqual({ failures: 1 });
      await stage.database.write((db) => db('login_attempt').update(old));
      await stage.write('root', (ctx) => passwords.purge(ctx));
      expect(await stage.database.reader('login_attempt').select()).toEqual([]);
    });
  });
});

describe('passwords', () => {
  test('are hashed with a salt, and only the right one fits', async () => {
    expect(hash).toMatch(/^\$scrypt\$ln=8,r=8,p=1\$/);
    expect(await hashPassword('correct horse', CHEAP)).not.toBe(hash);
    expect(await verifyPassword('correct horse', hash, CHEAP)).toBe(true);
    for (const wrong of ['correct hors', 'correct horse ', '']) expect(await verifyPassword(wrong, hash, CHEAP)).toBe(false);
  });

  test('are the same however their accents were typed', async () => {
    expect(await verifyPassword('cafe\u0301 horse', await hashPassword('caf\u00e9 horse', CHEAP))).toBe(true);
  });

  test.each(['', 'plain', '$scrypt$ln=30,r=8,p=1$YWFh$YWFh', '$scrypt$ln=8,r=8,p=1$YWFh$YWFh', undefined])(
    'never fit %j',
    async (stored) => {
      expect(await verifyPassword('correct horse', stored, CHEAP)).toBe(false);
    },
  );

  test('take about as long for a name without account', async () => {
    const stored = await hashPassword('correct horse');
    const time = async (given: string | undefined) => {
      const start = performance.now();
      await verifyPassword('some password', given);
      return performance.now() - start;
    };
    await time(undefined);
    const [known, unknown] = [await time(stored), await time(undefined)];
    expect(unknown / known).toBeGreaterThan(0.3);
    expect(unknown / known).toBeLessThan(3);
  });

  test('are hashed two at a time, and too many at once are sent away', async () => {
    const many = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword('x', undefined, CHEAP)));
    expect(many.filter(({ status }) => status === 'rejected')).not.toHaveLength(0);
    expect(many.slice(0, 40).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(many.at(-1)).toMatchObject({ reason: { code: 'BUSY', status: 503 } });
    expect(await verifyPassword('correct horse', hash, CHEAP)).toBe(true);
  });

  test('have eight characters at least and are not the name', async () => {
    expect(passwordFault('1234567', 'joe')).toContain('8');
    expect(passwordFault('ロロロロロロロ', 'joe')).toContain('8');
    expect(passwordFault('Jane.Doe', 'jane.doe')).toContain('name');
    expect(passwordFault('x'.repeat(1001), '')).toContain('1000');
    expect(passwordFault('12345678', 'joe')).toBeUndefined();
    const stage = await securityStage(inMemory);
    stages.push(stage);
    const passwords = stage.get(IPasswords);
    expect(passwords.fault('short', '')).toContain('8');
    expect(() => passwords.hash('short')).toThrow('8');
    expect(await passwords.hash('long enough')).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
  });
});

test.each([
  ['10.1.2.3', 'address:10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', 'address:2001:db8:1:2::/64'],
  ['2001:db8::7', 'address:2001:db8:0:0::/64'],
  ['::1', 'address:0:0:0:0::/64'],
  ['::ffff:10.1.2.3', 'address:::ffff:10.1.2.3'],
  ['fe80::1%eth0', 'address:fe80:0:0:0::/64'],
])('failures from %s are counted for %s', (address, key) => {
  expect(attemptKeys('Joe', address).map(([name]) => name)).toEqual(['name:joe', key]);
});
