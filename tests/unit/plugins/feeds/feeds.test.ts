import { expect, test } from 'vitest';
import { component, IPermissionPolicy, ticketAsked } from '../../../../core/index.ts';
import { type TestSiteOptions, testSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { enter, visit } from '../../../support/visitor.ts';

const INI = '[trac]\nbase_url = https://tracker.example/t\n';
const GRANTS = {
  anonymous: ['TICKET_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  boss: ['TICKET_VIEW_INTERNAL'],
  admin: ['TRAC_ADMIN'],
};
const SITE: TestSiteOptions = { ini: INI, grants: GRANTS, people: [{ name: 'ann', fullName: 'Ann Example', email: '' }] };

const xmlPlain = (text: string): string =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');
/** The texts of all elements of a name, in order. */
const textsOf = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => xmlPlain(text));

/** Hides tickets of component2, and the description of all. */
const Secrecy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission(permission, who, resource) {
      if (who.user.name === 'admin') return undefined;
      if (permission === 'TICKET_VIEW' && ticketAsked(resource)?.values?.['component'] === 'component2') return false;
      return permission === 'TICKET_FIELD_VIEW' && resource?.id === 'description' ? false : undefined;
    },
  }),
});
const SECRET: TestSiteOptions = {
  ...SITE,
  ini: '[trac]\npermission_policies = secrecy.Secrecy, DefaultPermissionPolicy\n',
  plugins: { secrecy: { Secrecy } },
};

eachDialect((fresh) => {
  const NAMES = [
    { format: 'rss', id: 'guid', time: 'pubDate', author: 'dc:creator', content: 'description' },
    { format: 'atom', id: 'id', time: 'updated', author: 'name', content: 'content' },
  ] as const;

  test.each(NAMES)(
    'a ticket’s $format tells of its filing and of each change, newest first, with whole addresses',
    async (names) => {
      await using site = await testSite({ ...SITE, database: await fresh() });
      const { id } = await site.as('ann').fileTicket({ summary: 'Jam & <b>more</b>', description: 'It says #1 <x>.' });
      await site.as('bob').submit(id, 'accept');
      await site.as('ann').submit(id, 'leave', {}, { comment: 'See #1 & co' });
      const reply = await visit(site).get(`/ticket/${id}?format=${names.format}`);
      expect(reply.statusCode).toBe(200);
      expect(reply.headers['content-type']).toBe(`application/${names.format}+xml; charset=utf-8`);
      const [, entries = ''] = /<(?:item|entry)>([\s\S]*)/.exec(reply.body) ?? [];
      const address = 'https://tracker.example/t/ticket/1';
      expect(textsOf(entries, names.id)).toEqual([`${address}#comment:2`, `${address}#comment:1`, address]);
      expect(textsOf(reply.body, 'title')).toEqual([
        '#1: Jam & <b>more</b>',
        'Ann Example commented',
        'bob: Owner: set to bob; Status: new → accepted',
        '#1: Jam & <b>more</b> (accepted)',
      ]);
      expect(textsOf(entries, names.author)).toEqual(['Ann Example', 'bob', 'Ann Example']);
      const [comment, change, filed] = textsOf(entries, names.content);
      expect(comment).toMatch(new RegExp(`See <a[^>]* href="${address}".*&amp; co`));
      expect(change).toBe('<ul><li>Owner: set to bob</li><li>Status: new → accepted</li></ul>');
      expect(filed).toContain('&lt;x&gt;');
      for (const text of textsOf(reply.body, names.time)) expect(Date.parse(text)).toBeGreaterThan(Date.UTC(2020, 1));
    },
  );

  test('a list’s feed has what the list has, the last changed first, or in the order that was asked for', async () => {
    await using site = await testSite({ ...SITE, database: await fresh() });
    for (const [summary, type] of [
      ['one', 'defect'],
      ['two', 'task'],
      ['three', 'defect'],
    ] as const)
      await site.fileTicket({ summary, type });
    await site.as('bob').submit(1, 'leave', {}, { comment: 'again' });
    const titles = async (url: string) => textsOf((await visit(site).get(url)).body, 'title').slice(1);
    expect(await titles('/query?format=rss')).toEqual(['#1: one (new)', '#3: three (new)', '#2: two (new)']);
    expect(await titles('/query?type=defect&order=id&format=atom')).toEqual(['#1: one (new)', '#3: three (new)']);
    expect(await titles('/?format=atom&type=task')).toEqual(['#2: two (new)']);
    expect(await titles('/query?type=none&format=atom')).toEqual([]);
  });

  test('what a person may not see is in no feed', async () => {
    await using site = await testSite({ ...SECRET, database: await fresh() });
    await site.as('admin').fileTicket({ summary: 'hidden', component: 'component2' });
    await site.as('admin').fileTicket({ summary: 'seen', description: 'the wording' });
    await site.as('admin').submit(2, 'leave', {}, { comment: 'whispered', internal: true });
    await site.as('admin').submit(2, 'leave', {}, { fields: { description: 'the other wording' }, comment: 'loud' });
    const stranger = visit(site);
    expect((await stranger.get('/ticket/1?format=rss')).statusCode).toBe(403);
    expect((await stranger.get('/ticket/77?format=rss')).statusCode).toBe(404);
    const ticket = (await stranger.get('/ticket/2?format=rss')).body;
    expect(ticket).toContain('loud');
    expect(ticket).not.toMatch(/whispered|wording/);
    const list = (await stranger.get('/query?format=rss')).body;
    expect(textsOf(list, 'title')).toHaveLength(2);
    expect(list).not.toMatch(/hidden|wording/);
    const admin = await enter(site, 'admin');
    expect((await admin.get('/ticket/2?format=rss')).body).toMatch(/whispered[\s\S]*wording/);
    expect(textsOf((await admin.get('/query?format=rss')).body, 'title')).toHaveLength(3);
  });
});

test('who may see no ticket gets no feed', async () => {
  await using site = await testSite({ ...SITE, grants: { ann: ['TICKET_CREATE', 'TICKET_VIEW'] } });
  await site.as('ann').fileTicket({ summary: 'x' });
  for (const url of ['/query?format=rss', '/?format=atom', '/ticket/1?format=atom'])
    expect((await visit(site).get(url)).statusCode).toBe(403);
});

test('e-mail addresses are cut for who may not read them', async () => {
  await using site = await testSite(SITE);
  await site.as('ann').fileTicket({ summary: 'From joe@example.org', description: 'ask jim@example.org' });
  const both =
    (await visit(site).get('/ticket/1?format=atom')).body +
    (await visit(site).get('/query?reporter=kim@example.org&format=rss')).body;
  expect(both).toContain('joe@…');
  expect(both).not.toContain('@example.org<');
  expect(textsOf(both, 'title').join()).not.toContain('@example.org');
});

test('a reader that has the feed already is told so, until something changes', async () => {
  await using site = await testSite(SITE);
  await site.as('ann').fileTicket({ summary: 'x' });
  for (const url of ['/ticket/1?format=rss', '/query?format=atom']) {
    const first = await visit(site).get(url);
    const etag = String(first.headers['etag']);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    const again = await visit(site).get(url, { 'if-none-match': `"other", W/${etag}` });
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', etag]);
  }
  const etag = String((await visit(site).get('/ticket/1?format=rss')).headers['etag']);
  await site.as('ann').submit(1, 'leave', {}, { comment: 'news' });
  expect((await visit(site).get('/ticket/1?format=rss', { 'if-none-match': etag })).statusCode).toBe(200);
});

test('pages lead to their feeds, with the conditions of the list, and other words for a format mean the page', async () => {
  await using site = await testSite(SITE);
  await site.as('ann').fileTicket({ summary: 'x' });
  const page = (await visit(site).get('/ticket/1')).body;
  expect(page).toContain(
    '<link rel="alternate" type="application/atom+xml" title="Ticket #1 (Atom)" href="/t/ticket/1?format=atom">',
  );
  const list = (await visit(site).get('/query?owner=joe%26co&page=1&order=id')).body;
  expect(list).toContain('href="/t/query?owner=joe%26co&amp;order=id&amp;format=rss"');
  expect((await visit(site).get('/about')).body).not.toContain('rel="alternate"');
  expect((await visit(site).get('/ticket/1?format=csv')).headers['content-type']).toContain('text/html');
  expect((await visit(site).get('/about?format=rss')).headers['content-type']).toContain('text/html');
});

test('switched off, feeds leave nothing behind', async () => {
  await using site = await testSite({ ...SITE, ini: '[components]\nfeeds.* = disabled\n' });
  await site.as('ann').fileTicket({ summary: 'x' });
  const page = await visit(site).get('/ticket/1?format=rss');
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body).not.toContain('rel="alternate"');
});
