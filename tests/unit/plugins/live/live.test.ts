import { expect, test } from 'vitest';
import { component, IPermissionPolicy, ISessionService, ITicketService, ticketAsked } from '../../../../core/index.ts';
import { testSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { type EventClient, serveTestSite } from '../../../support/event-client.ts';
import { enter } from '../../../support/visitor.ts';

const INI = '[live]\ninterval = 0.1\n';
const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  insiders: ['TICKET_VIEW_INTERNAL'],
  boss: ['insiders'],
  admin: ['TRAC_ADMIN'],
};
const PEOPLE = [{ name: 'ann', fullName: 'Ann Example', email: '' }];

interface News {
  readonly version: number;
  readonly entries: readonly {
    readonly number: number;
    readonly by: string;
    readonly commented: boolean;
    readonly changes: readonly string[];
  }[];
}
const newsOf = async (client: EventClient): Promise<News> => {
  const { id, event, data } = (await client.next()) ?? {};
  expect(event).toBe('change');
  const news = data as News;
  expect(id).toBe(String(news.version));
  return news;
};

/** Hides tickets whose component says so, and from everybody but boss the field keywords. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission(permission, who, resource) {
      if (
        permission === 'TICKET_VIEW' &&
        who.user.name !== 'admin' &&
        ticketAsked(resource)?.values?.['component'] === 'component2'
      )
        return false;
      return permission === 'TICKET_FIELD_VIEW' && resource?.id === 'keywords' && who.user.name !== 'boss' ? false : undefined;
    },
  }),
});

eachDialect((fresh) => {
  const start = async (extra: object = {}) =>
    serveTestSite({ ini: INI, grants: GRANTS, people: PEOPLE, database: await fresh(), ...extra });

  test('an open ticket is told who changed what, once for each change, with the version that the form then needs', async () => {
    await using served = await start();
    const { id } = await served.site.fileTicket({ summary: 'x' });
    const client = await served.listen(`/ticket/${id}/events?since=1`);
    await served.site.as('ann').submit(id, 'accept');
    expect(await newsOf(client)).toEqual({
      version: 2,
      entries: [{ number: 1, by: 'Ann Example', commented: false, changes: ['Owner: set to ann', 'Status: new → accepted'] }],
    });
    await served.site.as('admin').submit(id, 'leave', {}, { comment: 'hello', fields: { description: 'a\nb' } });
    expect(await newsOf(client)).toEqual({
      version: 3,
      entries: [{ number: 2, by: 'admin', commented: true, changes: ['Description: modified'] }],
    });
  });

  test('who comes back gets what was missed, by the header of the browser or by the address of the page', async () => {
    await using served = await start();
    const { id } = await served.site.fileTicket({ summary: 'x' });
    for (const comment of ['one', 'two', 'three']) await served.site.submit(id, 'leave', {}, { comment });
    const numbersFor = async (since: string, headers = {}) =>
      (await newsOf(await served.listen(`/ticket/${id}/events${since}`, headers))).entries.map(({ number }) => number);
    expect(await numbersFor('?since=1')).toEqual([1, 2, 3]);
    expect(await numbersFor('?since=1', { 'last-event-id': '3' })).toEqual([3]);
    const upToDate = await served.listen(`/ticket/${id}/events?since=99`);
    await served.site.submit(id, 'leave', {}, { comment: 'four' });
    expect((await newsOf(upToDate)).entries.map(({ number }) => number)).toEqual([4]);
  });

  test('a change that another process stored is told of too', async () => {
    const database = await fresh();
    await using served = await serveTestSite({ ini: INI, grants: GRANTS, people: PEOPLE, database });
    const { id } = await served.site.fileTicket({ summary: 'x' });
    const client = await served.listen(`/ticket/${id}/events?since=1`);
    // As another process does it: no listener of this one hears of it.
    await served.site.run(async (ctx) => {
      const rows = (await ctx
        .db('ticket_change')
        .insert({ ticket: id, number: 1, time: 1, author: 'ann', via: 'web', action: 'leave', comment: 'x' })
        .returning('id')) as { id: number }[];
      await ctx
        .db('ticket_change_field')
        .insert({ change: rows[0]?.id, field: 'priority', oldvalue: 'major', newvalue: 'minor' });
      await ctx.db('ticket').where({ id }).update({ row_version: 2 });
    });
    expect((await newsOf(client)).entries).toMatchObject([{ by: 'Ann Example', changes: ['Priority: major → minor'] }]);
  });

  test('a ticket that is deleted, or that may not be viewed any more, is gone', async () => {
    const ini = `${INI}[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n`;
    await using served = await start({ ini, plugins: { secrecy: { Secrecy } } });
    const [first, second] = [await served.site.fileTicket({ summary: 'x' }), await served.site.fileTicket({ summary: 'y' })];
    const clients = [await served.listen(`/ticket/${first.id}/events`), await served.listen(`/ticket/${second.id}/events`)];
    const admin = served.site.as('admin');
    await admin.submit(first.id, 'leave', {}, { fields: { component: 'component2' } });
    await admin.run(async (ctx) => {
      const tickets = served.site.site.get(ITicketService);
      await tickets.delete(await tickets.open(ctx, second.id));
    });
    for (const client of clients) {
      expect(await client.next()).toEqual({ event: 'gone', data: null });
      expect(await client.next()).toBeUndefined();
    }
    expect((await served.listen(`/ticket/${first.id}/events`)).response.status).toBe(403);
    expect((await served.listen(`/ticket/${second.id}/events`)).response.status).toBe(404);
    expect((await served.listen('/ticket/0x1/events')).response.status).toBe(404);
  });

  test('nobody is told of internal comments or hidden fields that is not to see them', async () => {
    const ini = `${INI}[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n`;
    await using served = await start({ ini, plugins: { secrecy: { Secrecy } } });
    const { id } = await served.site.fileTicket({ summary: 'x' });
    const [ann, boss] = [await served.cookieOf('bob'), await served.cookieOf('boss')];
    const [outside, inside] = [
      await served.listen(`/ticket/${id}/events`, { cookie: ann }),
      await served.listen(`/ticket/${id}/events`, { cookie: boss }),
    ];
    await served.site.as('boss').submit(id, 'leave', {}, { comment: 'secret', internal: true, fields: { keywords: 'hush' } });
    expect(await newsOf(outside)).toEqual({ version: 2, entries: [] });
    expect((await newsOf(inside)).entries).toMatchObject([
      { by: 'boss Person', commented: true, changes: ['Keywords: hush added'] },
    ]);
  });

  test('who is logged out is told nothing more', async () => {
    await using served = await start();
    const { id } = await served.site.fileTicket({ summary: 'x' });
    const cookie = await served.cookieOf('bob');
    const client = await served.listen(`/ticket/${id}/events`, { cookie });
    await served.site.as('bob').run((ctx) => served.site.site.get(ISessionService).revokeOthers(ctx, 'bob'));
    await served.site.submit(id, 'leave', {}, { comment: 'x' });
    expect(await client.next()).toEqual({ event: 'over', data: null });
    expect(await client.next()).toBeUndefined();
  });
});

test('addresses are cut for who may not read them', async () => {
  await using served = await serveTestSite({ ini: INI, grants: GRANTS });
  const { id } = await served.site.fileTicket({ summary: 'x' });
  const client = await served.listen(`/ticket/${id}/events`);
  await served.site.as('ann@example.org').submit(id, 'leave', {}, { fields: { keywords: 'joe@example.org' } });
  expect((await newsOf(client)).entries).toMatchObject([{ by: 'ann@…', changes: ['Keywords: joe@… added'] }]);
});

test('the page of a ticket brings the module along, and only that of a stored one', async () => {
  await using site = await testSite({ grants: GRANTS });
  const { id } = await site.fileTicket({ summary: 'x' });
  const ann = await enter(site, 'ann');
  const page = (await ann.get(`/ticket/${id}`)).body;
  expect(page).toContain(`<meta name="ticket-events" content="/ticket/${id}/events?since=1">`);
  expect(page).toMatch(/<script type="module" src="\/chrome\/common\/live\.js\?v=/);
  expect((await ann.get('/newticket')).body).not.toContain('live.js');
});
