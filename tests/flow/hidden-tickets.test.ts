import { describe, expect, test } from 'vitest';
import { component } from '../../core/kernel/component.ts';
import { IPermissionPolicy } from '../../core/security/extension-points.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { eachDialect } from '../support/databases.ts';
import { enter, visit } from '../support/visitor.ts';

/** Tickets with the keyword “secret” are for administrators and their reporters. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission, who, resource) => {
      const { values } = (resource?.object ?? {}) as { values?: Readonly<Record<string, unknown>> };
      if (!permission.startsWith('TICKET_') || !values || who.holds('TRAC_ADMIN')) return undefined;
      return values['summary'] === 'Secret' ? false : undefined;
    },
  }),
});
const INI = '[trac]\npermission_policies = secrecy.Secrecy, DefaultTicketPolicy, DefaultPermissionPolicy\n';
const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], admin: ['TRAC_ADMIN'] };

async function fill(site: TestSite): Promise<void> {
  for (const summary of ['Open 1', 'Secret', 'Open 2', 'Secret', 'Open 3']) await site.as('admin').fileTicket({ summary });
}
const idsIn = (body: string): number[] =>
  [...body.matchAll(/<td class="id"><a href="\/ticket\/(\d+)"/g)].map(([, id]) => Number(id));
const countIn = (body: string): string => /class="list-count"[^>]*>([^<]*)</.exec(body)?.[1] ?? '';

eachDialect((fresh) => {
  test('a ticket that a policy hides is in no list, no count and on no page of its own', async () => {
    await using site = await testSite({ grants: GRANTS, ini: INI, plugins: { secrecy: { Secrecy } }, database: await fresh() });
    await fill(site);
    const ann = await enter(site, 'ann');
    const list = (await ann.get('/query?order=id')).body;
    expect([idsIn(list), countIn(list), list.includes('Secret')]).toEqual([[1, 3, 5], '3 tickets', false]);
    const pages = [await ann.get('/query?order=id&max=2'), await ann.get('/query?order=id&max=2&page=2')];
    expect(pages.map(({ body }) => idsIn(body))).toEqual([[1, 3], [5]]);
    expect((await ann.get('/query?order=id&max=2&page=3')).statusCode).toBe(404);
    for (const url of ['/ticket/2', '/ticket/2?replyto=description']) {
      const page = await ann.get(url);
      expect([page.statusCode, page.body.includes('Secret')]).toEqual([403, false]);
    }
    const posted = await ann.post('/ticket/2', { comment: 'Blind', action: 'leave', submit: 'x' });
    expect([posted.statusCode, (await site.history(2)).length]).toEqual([403, 0]);
    const admin = (await (await enter(site, 'admin')).get('/query?order=id')).body;
    expect([idsIn(admin), countIn(admin)]).toEqual([[1, 2, 3, 4, 5], '5 tickets']);
  });
});

describe('who lacks TICKET_VIEW', () => {
  test('gets no list, no ticket and no jump, and menus do not lead there', async () => {
    await using site = await testSite({ grants: { admin: ['TRAC_ADMIN'], authenticated: [] } });
    await fill(site);
    for (const person of [visit(site), await enter(site, 'ann')]) {
      for (const url of ['/', '/query', '/query?status=new', '/ticket/1', '/search?q=1']) {
        const page = await person.get(url);
        expect([url, page.statusCode, page.body.includes('Open 1')]).toEqual([url, 403, false]);
      }
      const about = (await person.get('/about')).body;
      expect([about.includes('href="/query"'), about.includes('href="/newticket"')]).toEqual([false, false]);
    }
  });

  test('does not learn from the answer whether a ticket exists', async () => {
    await using site = await testSite({ grants: { admin: ['TRAC_ADMIN'], authenticated: [] } });
    await fill(site);
    const ann = await enter(site, 'ann');
    const [there, gone] = [await ann.get('/ticket/1'), await ann.get('/ticket/99')];
    expect([there.statusCode, gone.statusCode]).toEqual([403, 403]);
  });

  test('may file where that is permitted, and is told so without being shown the ticket', async () => {
    await using site = await testSite({ grants: { admin: ['TRAC_ADMIN'], authenticated: ['TICKET_CREATE'] } });
    const ann = await enter(site, 'ann');
    const filed = await ann.post('/newticket', { field_summary: 'A report', submit: 'Create ticket' });
    expect([filed.statusCode, filed.headers.location]).toEqual([303, '/newticket']);
    expect((await ann.get('/newticket')).body).toContain('Ticket #1 is filed');
    expect((await ann.get('/ticket/1')).statusCode).toBe(403);
  });
});
