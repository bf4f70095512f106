import { afterEach, describe, expect, test } from 'vitest';
import { nameFault } from '../../../core/security/account-names.ts';
import { IGrants, IOneTimeLinks, ISessionService, IUserService } from '../../../core/security/extension-points.ts';
import { eachDialect } from '../../support/databases.ts';
import { type SecurityStage, securityStage } from '../../support/security.ts';

const stages: SecurityStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
});

eachDialect((fresh) => {
  async function setUp() {
    const stage = await securityStage(await fresh());
    stages.push(stage);
    return {
      stage,
      users: stage.get(IUserService),
      sessions: stage.get(ISessionService),
      links: stage.get(IOneTimeLinks),
      grants: stage.get(IGrants),
    };
  }

  describe('accounts', () => {
    test('are found with their settings, listed by name, and hold no password in the open', async () => {
      const { stage, users } = await setUp();
      const now = new Date('2026-01-02T03:04:05.678Z');
      await stage.write(
        'root',
        async (ctx) => {
          await users.add(ctx, { name: 'zoe' });
          await users.add(ctx, {
            name: 'jane',
            fullName: 'Jane Doe',
            email: 'jane@example.org',
            timeZone: 'Europe/Zurich',
            theme: 'dark',
            passwordHash: '$x',
          });
        },
        now,
      );
      const [jane, list, nobody] = await stage.read('root', async (ctx) => [
        await users.find(ctx, 'jane'),
        await users.list(ctx),
        await users.find(ctx, 'nob\0dy'),
      ]);
      expect(jane).toEqual({
        name: 'jane',
        fullName: 'Jane Doe',
        email: 'jane@example.org',
        timeZone: 'Europe/Zurich',
        theme: 'dark',
        disabled: false,
        hasPassword: true,
        created: now,
      });
      expect(list.map(({ name, hasPassword }) => [name, hasPassword])).toEqual([
        ['jane', true],
        ['zoe', false],
      ]);
      expect(nobody).toBeUndefined();
    });

    test('a name is given once, whatever its case, and not that of a group', async () => {
      const { stage, users, grants } = await setUp();
      await stage.write('root', async (ctx) => {
        await users.add(ctx, { name: 'jane' });
        await grants.grant(ctx, 'jane', 'Devs');
        for (const name of ['jane', 'Jane', 'devs', 'anonymous', 'JANE', ''])
          await expect(users.add(ctx, { name }), name).rejects.toMatchObject({ status: 400 });
      });
    });

    test.each([
      [{ email: 'no address' }, 'e-mail'],
      [{ email: `${'a'.repeat(251)}@b.c` }, 'too long'],
      [{ fullName: 'a\nb' }, 'full name'],
      [{ timeZone: 'Mars/Base' }, 'time zone'],
      [{ theme: 'pink' as never }, 'theme'],
    ])('settings that make no sense (%j) are refused in a sentence', async (change, words) => {
      const { stage, users } = await setUp();
      await stage.write('root', async (ctx) => {
        await users.add(ctx, { name: 'jane' });
        await expect(users.update(ctx, 'jane', change)).rejects.toThrow(words);
        await expect(users.add(ctx, { name: 'zoe', ...change })).rejects.toThrow(words);
      });
    });

    test('settings change one by one; those of nobody cannot', async () => {
      const { stage, users } = await setUp();
      await stage.write('root', async (ctx) => {
        await users.add(ctx, { name: 'jane', fullName: 'Jane', email: 'j@example.org' });
        await users.update(ctx, 'jane', { email: '', timeZone: 'UTC' });
        await users.update(ctx, 'jane', {});
        expect(await users.find(ctx, 'jane')).toMatchObject({ fullName: 'Jane', email: '', timeZone: 'UTC', theme: 'auto' });
        await expect(users.update(ctx, 'nobody', { email: '' })).rejects.toMatchObject({ status: 404 });
        await expect(users.remove(ctx, 'nobody')).rejects.toMatchObject({ status: 404 });
      });
    });

    test.each([{ passwordHash: '$new' }, { disabled: true }])('%j ends every login and link of the account', async (change) => {
      const { stage, users, sessions, links } = await setUp();
      const [token, link] = await stage.write('root', async (ctx) => {
        await users.add(ctx, { name: 'jane', passwordHash: '$old' });
        const opened = await sessions.open(ctx, 'jane', 'browser');
        return [opened.token, await links.issue(ctx, { purpose: 'reset', account: 'jane', grants: [] })] as const;
      });
      await stage.write('root', (ctx) => users.update(ctx, 'jane', change));
      await stage.read('root', async (ctx) => {
        expect(await sessions.find(ctx, token)).toBeUndefined();
        expect(await links.find(ctx, link)).toBeUndefined();
      });
    });

    test('removing one takes its logins and grants along', async () => {
      const { stage, users, sessions, grants } = await setUp();
      const token = await stage.write('root', async (ctx) => {
        await users.add(ctx, { name: 'jane' });
        await grants.grant(ctx, 'jane', 'TRAC_ADMIN');
        return (await sessions.open(ctx, 'jane', '')).token;
      });
      await stage.write('root', (ctx) => users.remove(ctx, 'jane'));
      await stage.read('root', async (ctx) => {
        expect(await sessions.find(ctx, token)).toBeUndefined();
        expect(await grants.list(ctx)).toEqual([]);
        expect(ctx.directory.people.size).toBe(0);
      });
    });
  });

  describe('grants', () => {
    test('are listed by subject, once however often given', async () => {
      const { stage, grants } = await setUp();
      await stage.write('root', async (ctx) => {
        for (const [subject, action] of [
          ['zoe', 'dev'],
          ['dev', 'TICKET_VIEW'],
          ['dev', 'TICKET_VIEW'],
          ['dev', 'TICKET_ADMIN'],
        ] as const)
          await grants.grant(ctx, subject, action);
        expect(await grants.list(ctx)).toEqual([
          { subject: 'dev', action: 'TICKET_ADMIN' },
          { subject: 'dev', action: 'TICKET_VIEW' },
          { subject: 'zoe', action: 'dev' },
        ]);
      });
    });

    test.each([
      ['joe', 'TICKET_VEW', 'Did you mean TICKET_VIEW?'],
      ['joe', 'ticket_view', 'Did you mean TICKET_VIEW?'],
      ['joe', 'COMPLETELY_ELSE', 'lower-case'],
      ['joe', '', 'no permission'],
      ['joe', 'two words', 'no permission'],
      ['joe', 'joe', 'itself'],
      ['joe', 'anonymous', 'everybody'],
      ['joe', 'authenticated', 'everybody'],
      ['TICKET_VIEW', 'joe', 'first'],
      ['', 'TICKET_VIEW', 'no name'],
      ['*', 'TICKET_VIEW', 'no name'],
    ])('granting %j %j is refused with a remedy', async (subject, action, words) => {
      const { stage, grants } = await setUp();
      const granting = stage.write('root', (ctx) => grants.grant(ctx, subject, action));
      await expect(granting).rejects.toMatchObject({ status: 400, message: expect.stringContaining(words) });
    });

    test('are taken away one by one or all at once; what is not there cannot be', async () => {
      const { stage, grants } = await setUp();
      await stage.write('root', async (ctx) => {
        for (const action of ['TICKET_VIEW', 'TICKET_CREATE', 'dev']) await grants.grant(ctx, 'joe', action);
        await grants.grant(ctx, 'zoe', 'dev');
        await grants.revoke(ctx, 'joe', 'TICKET_VIEW');
        await expect(grants.revoke(ctx, 'joe', 'TICKET_VIEW')).rejects.toMatchObject({ status: 404 });
        await grants.revoke(ctx, '*', 'dev');
        expect(await grants.list(ctx)).toEqual([{ subject: 'joe', action: 'TICKET_CREATE' }]);
        await grants.revoke(ctx, 'joe', '*');
        expect(await grants.list(ctx)).toEqual([]);
      });
    });
  });
});

test.each(['joe', 'Joe.Doe', 'j', '佐藤', 'joe@example.org', "o'neill", 'x1_-'])('%j is a name for an account', (name) => {
  expect(nameFault(name)).toBeUndefined();
});
test.each([
  '',
  'JOE',
  'J',
  'TICKET_ADMIN',
  'a b',
  'a,b',
  'a:b',
  'a\u0000',
  'a\u202eb',
  '@devs',
  '!x',
  '*',
  'a'.repeat(65),
  'Anonymous',
  'authenticated',
  'tracts',
  'e\u0301t',
])('%j is none', (name) => {
  expect(nameFault(name)).toMatch(/^.+\S$/);
});
