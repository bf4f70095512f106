import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { IGrants, IUserService } from '../../../core/security/extension-points.ts';
import { eachDialect } from '../../support/databases.ts';
import { type SecurityStage, securityStage } from '../../support/security.ts';

const stages: SecurityStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
});
const keep = async (making: Promise<SecurityStage>): Promise<SecurityStage> => {
  const stage = await making;
  stages.push(stage);
  return stage;
};

eachDialect((fresh) => {
  test('a context says who acts, through which door and when, and can be spread', async () => {
    const stage = await keep(securityStage(await fresh(), { grants: [['joe', 'TICKET_VIEW']] }));
    const now = new Date('2026-01-02T03:04:05Z');
    await stage.contexts.read({ user: { name: 'joe', authenticated: true }, via: 'api', now }, async (ctx) => {
      const copy = { ...ctx };
      expect(copy).toMatchObject({ user: { name: 'joe' }, via: 'api', now, writable: false });
      expect([copy.can('TICKET_VIEW'), copy.can('TICKET_CREATE')]).toEqual([true, false]);
    });
    await stage.write('joe', (ctx) => {
      expect(ctx.writable).toBe(true);
      expect(Math.abs(ctx.now.getTime() - Date.now())).toBeLessThan(5000);
    });
  });

  test('tasks for after the commit run once it is done, in order, each on its own', async () => {
    const stage = await keep(securityStage(await fresh()));
    const heard: string[] = [];
    await stage.write('joe', (ctx) => {
      ctx.afterCommit(() => void heard.push('one'));
      ctx.afterCommit(async () => {
        throw new Error('mail server is away');
      });
      ctx.afterCommit(() => void heard.push('three'));
      heard.push('inside');
    });
    expect(heard).toEqual(['inside', 'one', 'three']);
    expect(stage.logged.join()).toContain('mail server is away');
  });

  test('they do not run when the transaction was undone', async () => {
    const stage = await keep(securityStage(await fresh()));
    let ran = false;
    const failing = stage.write('joe', (ctx) => {
      ctx.afterCommit(() => {
        ran = true;
      });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(ran).toBe(false);
  });

  test('they run after reading, too', async () => {
    const stage = await keep(securityStage(await fresh()));
    let ran = false;
    await stage.read('joe', (ctx) =>
      ctx.afterCommit(() => {
        ran = true;
      }),
    );
    expect(ran).toBe(true);
  });

  test('a grant takes effect in this process at once and in another within a second', async () => {
    const where = await fresh();
    const [one, two] = [await keep(securityStage(where)), await keep(securityStage(where))];
    const may = (stage: SecurityStage) => stage.read('joe', (ctx) => ctx.can('TICKET_VIEW'));
    expect([await may(one), await may(two)]).toEqual([false, false]);
    await one.write('root', (ctx) => one.get(IGrants).grant(ctx, 'joe', 'TICKET_VIEW'));
    expect(await may(one)).toBe(true);
    await sleep(300);
    expect(await may(two)).toBe(true);
  });

  test('the directory holds accounts with their names and addresses, disabled ones marked', async () => {
    const stage = await keep(securityStage(await fresh()));
    await stage.write('root', async (ctx) => {
      await stage.get(IUserService).add(ctx, { name: 'jane', fullName: 'Jane Doe', email: 'jane@example.org' });
      await stage.get(IUserService).add(ctx, { name: 'old', disabled: true });
    });
    expect(await stage.read('anonymous', ({ directory }) => [...directory.people.values()])).toEqual([
      { name: 'jane', fullName: 'Jane Doe', email: 'jane@example.org', disabled: false, timeZone: '' },
      { name: 'old', fullName: '', email: '', disabled: true, timeZone: '' },
    ]);
  });

  test('a context is in the time zone that the asker names, else the person chose, else in UTC', async () => {
    const stage = await keep(securityStage(await fresh()));
    await stage.write('root', async (ctx) => {
      await stage.get(IUserService).add(ctx, { name: 'jane', timeZone: 'Europe/Zurich' });
      await stage.get(IUserService).add(ctx, { name: 'joe' });
    });
    const zoneOf = (name: string) => stage.read(name, ({ timeZone }) => timeZone);
    expect([await zoneOf('jane'), await zoneOf('joe'), await zoneOf('anonymous')]).toEqual(['Europe/Zurich', 'UTC', 'UTC']);
    const asker = { user: { name: 'jane', authenticated: true }, via: 'job' } as const;
    const asked = (timeZone: string) => stage.contexts.read({ ...asker, timeZone }, async (ctx) => ctx.timeZone);
    expect([await asked('Asia/Tokyo'), await asked('Mars/Olympus')]).toEqual(['Asia/Tokyo', 'UTC']);
  });
});
