import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ITicketService } from 'tracts';
import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { createEnvironment, openEnvironment } from '../../core/environment.ts';
import { silentLog } from '../../core/kernel/log.ts';

const DIR = path.dirname(new URL(import.meta.url).pathname);
const names = readdirSync(DIR)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
/** Kanban replaces the workflow that others build on; a second detector wants the first one off. */
const together = names.filter((name) => name !== 'kanban');
const switches = (on: readonly string[]): string =>
  `[components]\n${on.map((name) => `${name}.* = enabled\n`).join('')}${on.includes('similar-by-keywords') ? 'similarity.* = disabled\n' : ''}`;
const policies =
  '[trac]\npermission_policies = PrivateTickets, ComponentPermissions, DefaultWikiPolicy, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy\n';

test('all of them together: the site starts without error, and a ticket is filed and closed', async () => {
  await using site = await testSite({ ini: switches(together) + policies });
  expect(site.site.diagnoses().filter(({ severity }) => severity === 'error')).toEqual([]);
  const { id } = await site.fileTicket({ summary: 'All of them', private: '1', percent_done: '10', platforms: ['Linux'] });
  await site.submit(id, 'vote_up');
  await site.submit(id, 'resolve', { resolution: 'fixed' });
  expect(await site.ticket(id)).toMatchObject({
    status: 'closed',
    votes: 1,
    private: '1',
    percent_done: 10,
    platforms: ['Linux'],
  });
});

test('none of them is on by itself', async () => {
  await using site = await testSite();
  const on = site.site.kernel.components().filter(({ plugin, enabled }) => enabled && names.includes(plugin));
  expect(on).toEqual([]);
});

test('each has a test beside it, is one short file, and carries the lines to paste', () => {
  for (const name of names) {
    const text = readFileSync(path.join(DIR, `${name}.ts`), 'utf8');
    expect([name, text.split('\n').length < 160, text.includes(`${name}.* = enabled`)]).toEqual([name, true, true]);
    expect(readdirSync(DIR)).toContain(`${name}.test.ts`);
  }
});

test('switched off they are gone and what they stored stays, to be there again', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tracts-optional-'));
  rmSync(dir, { recursive: true });
  const asker = { user: { name: 'admin', authenticated: true }, via: 'cli' } as const;
  const on = switches(together) + policies;
  await createEnvironment(dir, { ini: on });
  const look = async (ini: string): Promise<Readonly<Record<string, unknown>>> => {
    writeFileSync(path.join(dir, 'conf', 'trac.ini'), ini);
    const { site, database } = await openEnvironment(dir, { log: silentLog });
    const tickets = site.get(ITicketService);
    const seen = await site.contexts.write(asker, async (ctx) => {
      if (!(await ctx.db('ticket').first('id'))) {
        const fields = { summary: 'x', private: '1', percent_done: '10', platforms: ['Linux'] };
        await tickets.apply(ctx, undefined, { fields });
        await tickets.apply(ctx, 1, { action: 'vote_up' });
      }
      const open = await tickets.open(ctx, 1);
      const { actions, fields } = await tickets.form(open);
      const { values } = open.ticket;
      return {
        private: values['private'],
        votes: values['votes'],
        done: values['percent_done'],
        bar: fields.has('percent_done'),
        vote: actions.has('vote_none'),
      };
    });
    await site.close();
    await database.close();
    return seen;
  };
  const there = { private: '1', votes: 1, done: 10, bar: true, vote: true };
  expect(await look(on)).toEqual(there);
  expect(await look('')).toEqual({ private: undefined, votes: undefined, done: undefined, bar: false, vote: false });
  expect(await look(on)).toEqual(there);
  rmSync(dir, { recursive: true });
});
