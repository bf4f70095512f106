import { expect, test } from 'vitest';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { enter, visit } from '../../../support/visitor.ts';

const GRANTS = {
  anonymous: ['WIKI_VIEW'],
  authenticated: ['TICKET_VIEW', 'TICKET_CREATE', 'TICKET_APPEND'],
  admin: ['TRAC_ADMIN'],
};

async function siteWithTicket(ini = ''): Promise<TestSite> {
  const site = await testSite({ grants: GRANTS, ini });
  await site.as('ann').fileTicket({ summary: 'The first', description: 'x' });
  return site;
}

test('a text is drawn as the ticket would show it, in the format that is asked for', async () => {
  await using site = await siteWithTicket();
  const ann = await enter(site, 'ann');
  const wiki = await ann.post('/wiki_render', { text: "'''bold''' #1", realm: 'ticket', id: '1' });
  expect([wiki.statusCode, wiki.headers['content-type'], wiki.headers['x-content-type-options']]).toEqual([
    200,
    'text/html; charset=utf-8',
    'nosniff',
  ]);
  expect(wiki.headers['cache-control']).toBe('private, no-store');
  expect(wiki.body).toMatch(
    /<strong>bold<\/strong> <a class="new ticket" href="\/ticket\/1" title="[^"]*The first[^"]*">#1<\/a>/,
  );
  expect(wiki.body).not.toContain('<html');
  const markdown = await ann.post('/wiki_render', { text: '**bold**', id: '1', format: 'markdown' });
  expect(markdown.body).toContain('<strong>bold</strong>');
  const line = await ann.post('/wiki_render', { text: "''one''\n\ntwo", id: '1', inline: '1' });
  expect(line.body).not.toContain('<p>');
});

test('a format that nobody knows is drawn as new texts are', async () => {
  await using site = await siteWithTicket('[ticket]\ntext_format = markdown\n');
  const ann = await enter(site, 'ann');
  expect((await ann.post('/wiki_render', { text: '**b**', id: '1', format: 'nonsense' })).body).toContain('<strong>b</strong>');
});

test('only who may view the ticket, or file one, has texts drawn', async () => {
  await using site = await siteWithTicket();
  const stranger = visit(site);
  const ann = await enter(site, 'ann');
  const statusOf = async (who: typeof ann, fields: Record<string, string>) =>
    (await who.post('/wiki_render', { text: 'x', ...fields })).statusCode;
  expect(await statusOf(stranger, { id: '1' })).toBe(403);
  expect(await statusOf(stranger, {})).toBe(403);
  expect(await statusOf(ann, {})).toBe(200);
  expect(await statusOf(ann, { id: '99' })).toBe(404);
  expect(await statusOf(ann, { id: '1e3' })).toBe(404);
  expect(await statusOf(ann, { realm: 'wiki', id: '1' })).toBe(400);
});

test('without the form token, or from a page of another site, nothing is drawn', async () => {
  await using site = await siteWithTicket();
  const ann = await enter(site, 'ann');
  expect((await ann.post('/wiki_render', { text: 'x', id: '1', __FORM_TOKEN: 'wrong' })).statusCode).toBe(403);
  const foreign = await site.inject({
    method: 'POST',
    url: '/wiki_render',
    cookies: Object.fromEntries(ann.cookies),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
    payload: new URLSearchParams({ __FORM_TOKEN: ann.cookies.get('trac_form_token') ?? '', text: 'x', id: '1' }).toString(),
  });
  expect(foreign.statusCode).toBe(403);
  expect((await ann.get('/wiki_render')).statusCode).toBe(405);
});

test('a text that is too long is refused', async () => {
  await using site = await siteWithTicket();
  const ann = await enter(site, 'ann');
  expect((await ann.post('/wiki_render', { text: 'x'.repeat(262_145), id: '1' })).statusCode).toBe(413);
});

test.each([
  '<script>alert(1)</script>',
  '[javascript:alert(1) click]',
  '{{{#!html\n<img src=x onerror=alert(1)><svg onload=alert(1)>\n}}}',
  '[[Image(javascript:alert(1))]]',
  '"><img src=x onerror=alert(1)>',
])('%j comes back without anything that runs', async (text) => {
  await using site = await siteWithTicket();
  const ann = await enter(site, 'ann');
  for (const format of ['wiki', 'markdown']) {
    const { body, statusCode } = await ann.post('/wiki_render', { text, id: '1', format });
    expect(statusCode).toBe(200);
    expect(body).not.toMatch(/<script|<svg|<[^>]*\son\w+=|(?:href|src)="javascript:/i);
  }
});

test('addresses are cut for whom they are hidden, and tickets that he may not see are not named', async () => {
  await using site = await testSite({ grants: { ...GRANTS, anonymous: ['TICKET_CREATE'] } });
  await site.as('ann').fileTicket({ summary: 'Secret' });
  const { body, statusCode } = await visit(site).post('/wiki_render', { text: 'joe@example.org #1' });
  expect([statusCode, body.includes('joe@…'), body.includes('example.org'), body.includes('Secret')]).toEqual([
    200,
    true,
    false,
    false,
  ]);
});

test('who asks faster than anybody types is held back', async () => {
  await using site = await siteWithTicket();
  const ann = await enter(site, 'ann');
  const statuses: number[] = [];
  for (let time = 0; time < 12; time++)
    statuses.push((await ann.post('/wiki_render', { text: 'x'.repeat(60_000), id: '1' })).statusCode);
  expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
});

test('the page that shows how texts are written draws every example', async () => {
  await using site = await siteWithTicket();
  for (const format of ['wiki', 'markdown']) {
    const { body, statusCode } = await visit(site).get(`/help/text?format=${format}`);
    expect(statusCode).toBe(200);
    expect(body).toContain('<strong>bold</strong>');
    expect(body).toMatch(/<table[^>]*>(?:(?!<\/table>)[\s\S])*May/);
    expect(body).not.toContain('system-message');
  }
});

test('switched off, its addresses, its script and its mark on pages are gone', async () => {
  await using site = await siteWithTicket('[components]\ntext-editor.* = disabled\n');
  const ann = await enter(site, 'ann');
  expect((await ann.post('/wiki_render', { text: 'x', id: '1' })).statusCode).toBe(404);
  expect((await ann.get('/ticket/1')).body).not.toContain('text-editor.js');
});

test('the browser hears which text was stored, and nothing where the form came back', async () => {
  await using site = await siteWithTicket();
  const ann = await enter(site, 'ann');
  const send = (fields: Record<string, string>) =>
    ann.post('/ticket/1', { action: 'leave', comment: 'Hello', text_draft: 'abcdefgh12', ...fields });
  await send({ preview: '1' });
  await send({ submit: '1', comment: '', text_draft: '!<b>!' });
  expect(ann.cookies.get('trac_text_sent')).toBeUndefined();
  expect((await send({ submit: '1' })).statusCode).toBe(303);
  expect(ann.cookies.get('trac_text_sent')).toBe('abcdefgh12');
  await send({ submit: '1', text_draft: 'zyxwvuts98', comment: 'Again' });
  expect(ann.cookies.get('trac_text_sent')).toBe('abcdefgh12.zyxwvuts98');
});
