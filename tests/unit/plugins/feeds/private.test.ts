import { expect, test } from 'vitest';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { eachDialect } from '../../../support/databases.ts';
import { enter, visit } from '../../../support/visitor.ts';

const GRANTS = { authenticated: ['TICKET_CREATE'], ann: ['TICKET_VIEW'], bob: ['TICKET_VIEW'], admin: ['TRAC_ADMIN'] };

/** Makes an address as a person does, and tells its path. */
async function makeAddress(site: TestSite, name: string): Promise<string> {
  const person = await enter(site, name);
  const page = await person.post('/prefs/feeds', { step: 'make' });
  const address = /id="feed-query"[^>]*value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  expect((await person.get('/prefs/feeds')).body).not.toContain(new URL(address).pathname);
  return new URL(address).pathname.replace(/query$/, '');
}

eachDialect((fresh) => {
  test('a secret address shows its owner’s feeds to a reader that cannot log in, and nothing else', async () => {
    await using site = await testSite({ grants: GRANTS, database: await fresh() });
    const { id } = await site.as('ann').fileTicket({ summary: 'Jam' });
    const base = await makeAddress(site, 'ann');
    const reader = visit(site);
    expect((await reader.get(`/ticket/${id}?format=atom`)).statusCode).toBe(403);
    const feed = await reader.get(`${base}ticket/${id}?format=rss`);
    expect([feed.statusCode, feed.headers['content-type']]).toEqual([200, 'application/rss+xml; charset=utf-8']);
    expect(feed.body).toContain('#1: Jam');
    const list = await reader.get(`${base}query?status=new`);
    expect(list.headers['content-type']).toBe('application/atom+xml; charset=utf-8');
    expect(list.body).toContain('#1: Jam');
    expect([...reader.cookies.keys()].filter((name) => name === 'trac_auth')).toEqual([]);
    expect((await reader.get(`${base}query?status=closed`)).body).not.toContain('Jam');
    expect((await reader.get('/feed/nonsense/query')).statusCode).toBe(404);
  });

  test('an address ends when its owner ends it, makes another, loses the right or the account', async () => {
    await using site = await testSite({ grants: GRANTS, database: await fresh() });
    await site.as('ann').fileTicket({ summary: 'Jam' });
    const status = async (base: string) => (await visit(site).get(`${base}ticket/1`)).statusCode;
    const first = await makeAddress(site, 'ann');
    const second = await makeAddress(site, 'ann');
    const other = await makeAddress(site, 'bob');
    expect([await status(first), await status(second), await status(other)]).toEqual([404, 200, 200]);
    await (await enter(site, 'ann')).post('/prefs/feeds', { step: 'end' });
    expect([await status(second), await status(other)]).toEqual([404, 200]);
    await site.as('admin').run((ctx) => ctx.db('permission').where({ username: 'bob' }).delete());
    await site.as('admin').run((ctx) => ctx.db('generation').where({ name: 'directory' }).increment('value', 1));
    await expect.poll(() => status(other)).toBe(403);
    await site.as('admin').run((ctx) => ctx.db('account').where({ name: 'bob' }).update({ disabled: true }));
    await site.as('admin').run((ctx) => ctx.db('generation').where({ name: 'directory' }).increment('value', 1));
    await expect.poll(() => status(other)).toBe(404);
  });
});

test('who is not logged in is asked to, and the preferences lead to the page', async () => {
  await using site = await testSite({ grants: GRANTS });
  expect((await visit(site).get('/prefs/feeds')).headers['location']).toBe('/login?referer=%2Fprefs%2Ffeeds');
  expect((await (await enter(site, 'ann')).get('/prefs')).body).toContain('href="/prefs/feeds"');
});
