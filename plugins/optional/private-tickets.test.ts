import { ITicketService } from 'tracts';
import { type TestSite, testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { eachDialect } from '../../tests/support/databases.ts';
import { enter, visit } from '../../tests/support/visitor.ts';
import * as plugin from './private-tickets.ts';

const plugins = { 'private-tickets': plugin };
const ini =
  '[trac]\npermission_policies = PrivateTickets, DefaultWikiPolicy, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy\n';
const grants = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_MODIFY'],
  boss: ['TICKET_ADMIN'],
  auditor: ['TICKET_VIEW_PRIVATE'],
  admin: ['TRAC_ADMIN'],
};

/** #1 is private and mallory's own name is no word of its Cc; #2 is for everybody. */
async function filled(database?: { url: string; dir: string }): Promise<TestSite> {
  const site = await testSite({ plugins, ini, grants, ...(database ? { database } : {}) });
  await site
    .as('rita')
    .fileTicket({ summary: 'Embargoed', private: '1', owner: 'olga', cc: 'carl, mallory2; xmallory', keywords: 'zero-day' });
  await site.as('rita').fileTicket({ summary: 'Open', owner: 'olga' });
  return site;
}

eachDialect((fresh) => {
  test('only reporter, owner, Cc and holders of TICKET_VIEW_PRIVATE find it, in pages, lists and their counts', async () => {
    await using site = await filled(await fresh());
    for (const name of ['rita', 'olga', 'carl', 'boss', 'auditor', 'admin']) {
      const person = await enter(site, name);
      expect([name, (await person.get('/ticket/1')).statusCode]).toEqual([name, 200]);
      expect((await person.get('/query')).body, name).toContain('Embargoed');
    }
    for (const person of [await enter(site, 'mallory'), visit(site)]) {
      expect((await person.get('/ticket/1')).statusCode).toBe(403);
      expect((await person.get('/ticket/2')).statusCode).toBe(200);
      for (const url of [
        '/',
        '/query',
        '/query?status=',
        '/query?owner=olga',
        '/query?order=id&desc=1&max=1',
        '/query?reporter=rita',
      ]) {
        const { body } = await person.get(url);
        expect([url, body.includes('Embargoed'), body.includes('href="/ticket/1"'), body.includes('2 tickets')]).toEqual([
          url,
          false,
          false,
          false,
        ]);
        expect(body, url).toContain('1 ticket');
      }
    }
    const mallory = await enter(site, 'mallory');
    expect((await mallory.get('/complete/ticket?q=1')).body).not.toContain('Embargoed');
    expect((await mallory.get('/complete/ticket?q=Emb')).body).not.toContain('Embargoed');
  });
});

test('nobody else gets in by any action, nor learns what it says', async () => {
  await using site = await filled();
  for (const name of ['mallory', 'anonymous'])
    await expect(site.as(name).apply(1, { action: 'leave', fields: { private: '0' } })).rejects.toThrow('TICKET_VIEW');
  await site.as('mallory').run(async (ctx) => {
    expect(await site.site.get(ITicketService).openAll(ctx, [1])).toEqual([]);
    expect(ctx.can('TICKET_VIEW', { realm: 'ticket', id: 1 })).toBe(false);
    expect(ctx.can('TICKET_EDIT_COMMENT', { realm: 'comment', id: 1, parent: { realm: 'ticket', id: 1 } })).toBe(false);
    expect(ctx.can('TICKET_VIEW')).toBe(true);
  });
});

test('a stranger who calls himself like the reporter is not the reporter', async () => {
  await using site = await testSite({ plugins, ini, grants: { ...grants, anonymous: ['TICKET_VIEW', 'TICKET_CREATE'] } });
  await site.as('anonymous').apply(undefined, { author: 'anonymous', fields: { summary: 'Mine', private: '1' } });
  await expect(site.as('anonymous').form(1)).rejects.toThrow('TICKET_VIEW');
});

test('made public it is there for all, and the other way round', async () => {
  await using site = await filled();
  await site.as('rita').submit(1, 'leave', {}, { fields: { private: '0' } });
  await site.as('mallory').form(1);
  await site.as('olga').submit(2, 'leave', {}, { fields: { private: '1' } });
  await expect(site.as('mallory').form(2)).rejects.toThrow('TICKET_VIEW');
});

test('a policy that [trac] permission_policies does not name is reported with the line to write', async () => {
  await using site = await testSite({ plugins });
  expect(site.site.diagnoses()).toMatchObject([
    { severity: 'error', remedy: expect.stringContaining('permission_policies = PrivateTickets, ') },
  ]);
});
