import { parse } from 'parse5';
import { describe, expect, test } from 'vitest';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { eachDialect, type FreshDatabase } from '../support/databases.ts';
import { enter, type Visitor, visit } from '../support/visitor.ts';

const GRANTS = {
  anonymous: ['TICKET_VIEW', 'TIMELINE_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
  insider: ['TICKET_VIEW_INTERNAL'],
  boss: ['TICKET_ADMIN'],
  admin: ['TRAC_ADMIN'],
};

interface Node {
  readonly nodeName: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

const attribute = (node: Node, name: string): string => node.attrs?.find((one) => one.name === name)?.value ?? '';
const walk = (node: Node): Node[] => [node, ...(node.childNodes ?? []).flatMap(walk)];
const nodes = (html: string): Node[] => walk(parse(html) as unknown as Node);
/** Ids of the entries, in the order of the page. */
const entriesOn = (html: string): number[] =>
  nodes(html)
    .map((node) => Number(/^comment:(\d+)$/.exec(attribute(node, 'id'))?.[1] ?? 0))
    .filter(Boolean);
const linksOn = (html: string): string[] => nodes(html).map((node) => attribute(node, 'href'));
const textOn = (html: string): string =>
  nodes(html)
    .map(({ nodeName, value }) => (nodeName === '#text' ? (value ?? '') : ''))
    .join(' ')
    .replace(/\s+/g, ' ');

const makeSite = (database?: FreshDatabase): Promise<TestSite> => testSite({ grants: GRANTS, ...(database ? { database } : {}) });

async function page(who: Visitor, url: string, status = 200): Promise<string> {
  const answer = await who.get(url);
  expect([url, answer.statusCode]).toEqual([url, status]);
  return answer.body;
}

async function longTicket(site: TestSite, length: number): Promise<number> {
  const { id } = await site.fileTicket({ summary: 'Long', description: 'one' });
  for (let n = 1; n <= length; n++)
    await site.submit(id, 'leave', {}, { comment: `said ${n}`, ...(n % 10 === 0 ? { replyTo: String(n - 9) } : {}) });
  return id;
}

eachDialect((fresh) => {
  describe('a long ticket', () => {
    test('shows its latest part, and the rest on pages that are linked', async () => {
      await using site = await makeSite(await fresh());
      const id = await longTicket(site, 75);
      const who = visit(site);
      const first = await page(who, `/ticket/${id}`);
      const shown = entriesOn(first);
      expect(shown.at(-1)).toBe(75);
      expect(shown.length).toBeLessThan(60);
      expect(first).toContain('history.js');
      const [from] = shown;
      const more = linksOn(first).find((href) => href.includes('?history=')) ?? '';
      expect(entriesOn(await page(who, more))[0]).toBeLessThan(from ?? 0);
      expect(entriesOn(await page(who, `/ticket/${id}?history=all`))).toEqual(Array.from({ length: 75 }, (_, n) => n + 1));
      const around = entriesOn(await page(who, `/ticket/${id}?comment=20`));
      expect(around).toContain(20);
      expect(around).toContain(75);
      expect(around).not.toContain(1);
    });

    test('links answers to a comment that it does not show to a page that does, and lists later answers of it there', async () => {
      await using site = await makeSite(await fresh());
      const id = await longTicket(site, 75);
      await site.submit(id, 'leave', {}, { comment: 'late', replyTo: '3' });
      const who = visit(site);
      const latest = await page(who, `/ticket/${id}`);
      expect(linksOn(latest)).toContain(`/ticket/${id}?comment=3#comment:3`);
      const there = await page(who, `/ticket/${id}?comment=3`);
      expect(linksOn(there)).toContain('#comment:76');
    });

    test('gives scripts a part of it, and quotes any comment', async () => {
      await using site = await makeSite(await fresh());
      const id = await longTicket(site, 75);
      const who = await enter(site, 'ann');
      expect(entriesOn(await page(who, `/ticket/${id}/entries?from=5&to=9`))).toEqual([5, 6, 7, 8, 9]);
      expect(entriesOn(await page(who, `/ticket/${id}/entries?from=9&to=5`))).toEqual([]);
      await page(who, `/ticket/${id}/entries?from=x&to=5`, 404);
      expect(await page(who, `/ticket/${id}?replyto=2`)).toContain('&gt; said 2');
    });
  });

  test('the order of comments is chosen once, and threads keep answers together', async () => {
    await using site = await makeSite(await fresh());
    const id = await longTicket(site, 12);
    const who = visit(site);
    const oldest = Array.from({ length: 12 }, (_, n) => n + 1);
    expect(entriesOn(await page(who, `/ticket/${id}`))).toEqual(oldest);
    expect(entriesOn(await page(who, `/ticket/${id}?comments=newest`))).toEqual(oldest.toReversed());
    expect(entriesOn(await page(who, `/ticket/${id}`))).toEqual(oldest.toReversed());
    const threads = await page(who, `/ticket/${id}?comments=threaded`);
    expect(entriesOn(threads)).toEqual([1, 10, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]);
    expect(threads).toContain('depth-1');
    expect(entriesOn(await page(who, `/ticket/${id}?comments=nonsense`))).toEqual([1, 10, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]);
    expect(entriesOn(await page(who, `/ticket/${id}?comments=oldest`))).toEqual(oldest);
  });

  test('an internal comment is on no page of others, and marked on those of insiders', async () => {
    await using site = await makeSite(await fresh());
    const id = await longTicket(site, 2);
    const insider = await enter(site, 'insider');
    const form = await page(insider, `/ticket/${id}`);
    expect(form).toContain('name="internal"');
    await insider.post(`/ticket/${id}`, { comment: 'the secret', internal: '1', action: 'leave', submit: 'x' });
    await site.as('insider').run((ctx) => ctx.db('ticket').where({ id }).first());
    const pages = [
      '',
      '?comments=newest',
      '?history=all',
      '?comment=3',
      '?action=history',
      '?replyto=3',
      '/entries?from=1&to=9',
      '?version=2',
    ];
    const ann = await enter(site, 'ann');
    for (const url of [
      ...pages.map((rest) => `/ticket/${id}${rest}`),
      '/changes',
      '/changes?kind=commented',
      '/changes?author=insider',
    ])
      for (const who of [visit(site), ann]) expect((await who.get(url)).body).not.toMatch(/the secret|name="internal"/);
    expect(await page(ann, `/ticket/${id}?action=comment-history&cnum=3`, 404)).not.toContain('secret');
    await page(ann, `/ticket/${id}?action=comment-diff&cnum=3`, 404);
    await page(ann, `/ticket/${id}/comment/3/edit`, 404);
    const refused = await ann.post(`/ticket/${id}`, { comment: 'x', internal: '1', action: 'leave', submit: 'x' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('You may not write internal comments here.');
    const seen = await page(insider, `/ticket/${id}`);
    expect(seen).toContain('the secret');
    expect(seen).toContain('tag-internal');
    expect(await page(insider, '/changes')).toContain('the secret');
    const reply = await page(insider, `/ticket/${id}?replyto=3`);
    expect(reply).toMatch(/name="internal" value="1" checked/);
    const collided = await ann.post(`/ticket/${id}`, { comment: 'mine', action: 'leave', view_time: '3', submit: 'x' });
    expect(collided.statusCode).toBe(409);
    expect(collided.body).not.toContain('the secret');
  });

  describe('the page of a comment', () => {
    test('edits it after a preview, keeps the former text, and shows both', async () => {
      await using site = await makeSite(await fresh());
      const ann = await enter(site, 'ann');
      await ann.post('/newticket', { field_summary: 'S', action: 'create', submit: 'x' });
      await ann.post('/ticket/1', { comment: 'The clok is slow', action: 'leave', submit: 'x' });
      const url = '/ticket/1/comment/1/edit';
      expect(linksOn(await page(ann, '/ticket/1'))).toContain(url);
      expect(await page(ann, url)).toContain('The clok is slow</textarea>');
      const preview = await ann.post(url, { comment: 'The clock is slow', version: '0', preview: 'x' });
      expect([preview.statusCode, textOn(preview.body)]).toEqual([200, expect.stringContaining('not saved yet')]);
      const saved = await ann.post(url, { comment: 'The clock is slow', version: '0', submit: 'x' });
      expect(saved.headers['location']).toBe('/ticket/1?comment=1#comment:1');
      const ticket = await page(visit(site), '/ticket/1');
      expect(textOn(ticket)).toMatch(/Edited by ann Person/);
      const history = linksOn(ticket).find((href) => href.includes('comment-history')) ?? '';
      const versions = await page(visit(site), history);
      expect(versions).toContain('The clok is slow');
      const diff = linksOn(versions).find((href) => href.includes('comment-diff')) ?? '';
      const inline = await page(visit(site), diff);
      expect(inline).toMatch(/<del>clok<\/del>/);
      expect(inline).toMatch(/<ins>clock<\/ins>/);
      const side = linksOn(inline).find((href) => href.includes('sidebyside')) ?? '';
      expect(await page(visit(site), side)).toMatch(/diff-sides/);
    });

    test('shows what somebody else saved meanwhile, with one’s own text kept', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.as('ann').fileTicket({ summary: 'S' });
      await site.as('ann').submit(id, 'leave', {}, { comment: 'one' });
      const [ann, boss] = [await enter(site, 'ann'), await enter(site, 'boss')];
      await boss.post(`/ticket/${id}/comment/1/edit`, { comment: 'theirs', version: '0', submit: 'x' });
      const refused = await ann.post(`/ticket/${id}/comment/1/edit`, { comment: 'mine', version: '0', submit: 'x' });
      expect(refused.statusCode).toBe(409);
      expect(refused.body).toContain('mine</textarea>');
      expect(textOn(refused.body)).toContain('theirs');
      expect(refused.body).toContain('name="version" value="1"');
      const again = await ann.post(`/ticket/${id}/comment/1/edit`, { comment: 'mine', version: '1', submit: 'x' });
      expect(again.statusCode).toBe(303);
    });

    test('is for its author and editors alone', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.as('ann').fileTicket({ summary: 'S' });
      await site.as('ann').submit(id, 'leave', {}, { comment: 'one' });
      const ben = await enter(site, 'ben');
      await page(ben, `/ticket/${id}/comment/1/edit`, 403);
      expect((await ben.post(`/ticket/${id}/comment/1/edit`, { comment: 'x', version: '0', submit: 'x' })).statusCode).toBe(403);
      await page(ben, `/ticket/${id}/comment/1/delete`, 403);
      expect((await ben.post(`/ticket/${id}/comment/1/delete`, {})).statusCode).toBe(403);
      for (const number of ['0', '2', 'x', '99999999999']) await page(ben, `/ticket/${id}/comment/${number}/edit`, 404);
      expect(linksOn(await page(ben, `/ticket/${id}`)).filter((href) => /\/(edit|delete)$/.test(href))).toEqual([]);
    });

    test('keeps addresses that its editor may not see', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.as('ann').fileTicket({ summary: 'S' });
      await site.as('ann').submit(id, 'leave', {}, { comment: 'Ask joe@example.org now.' });
      const ann = await enter(site, 'ann');
      const url = `/ticket/${id}/comment/1/edit`;
      expect(await page(ann, url)).toContain('Ask joe@… now.');
      await ann.post(url, { comment: 'Ask joe@… later.', version: '0', submit: 'x' });
      expect((await site.history(id))[0]?.comment).toBe('Ask joe@example.org later.');
    });

    test('deletes it after a question, and says who did', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.as('ann').fileTicket({ summary: 'S' });
      await site.as('ann').submit(id, 'leave', {}, { comment: 'buy cheap watches', fields: { priority: 'minor' } });
      const boss = await enter(site, 'boss');
      const url = `/ticket/${id}/comment/1/delete`;
      expect(linksOn(await page(boss, `/ticket/${id}`))).toContain(url);
      expect(textOn(await page(boss, url))).toContain('buy cheap watches');
      expect((await boss.post(url, {})).statusCode).toBe(303);
      const ticket = await page(visit(site), `/ticket/${id}?history=all`);
      expect(textOn(ticket)).toMatch(/Comment deleted by boss Person/);
      expect(textOn(ticket)).toContain('minor');
      for (const rest of ['', '?action=history', '/entries?from=1&to=2', '?replyto=1'])
        expect((await boss.get(`/ticket/${id}${rest}`)).body).not.toContain('watches');
      expect((await boss.get('/changes')).body).not.toContain('watches');
      await page(boss, url, 404);
    });
  });

  describe('versions', () => {
    test('show the ticket as it was after each change', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.as('boss').fileTicket({ summary: 'First', description: 'one\ntwo' });
      await site.as('boss').submit(id, 'accept', {}, { fields: { summary: 'Second', description: 'one\nthree' } });
      await site.as('boss').submit(id, 'resolve', {}, { fields: { keywords: 'k' } });
      const who = visit(site);
      const first = textOn(await page(who, `/ticket/${id}?version=0`));
      expect(first).toMatch(/First/);
      expect(first).toMatch(/ticket as it was filed/);
      expect(first).toMatch(/one two/);
      expect(first).not.toMatch(/Second|three|closed/);
      const second = textOn(await page(who, `/ticket/${id}?version=1`));
      expect(second).toMatch(/Second.*accepted.*three/);
      expect(second).not.toMatch(/closed/);
      expect(second).toMatch(/after change 1 of 2/);
      expect(textOn(await page(who, `/ticket/${id}?version=2`))).toMatch(/closed/);
      expect(await page(who, `/ticket/${id}?version=1`)).not.toContain('propertyform');
      for (const version of ['3', '-1', 'x', '1e9']) await page(who, `/ticket/${id}?version=${version}`, 404);
    });

    test('are compared, and listed with who, how and what', async () => {
      await using site = await makeSite(await fresh());
      const { id } = await site.as('boss').fileTicket({ summary: 'S', description: 'one\ntwo' });
      await site.as('boss').submit(id, 'accept', {}, { fields: { description: 'one\nthree' } });
      await site.as('boss').submit(id, 'leave', {}, { fields: { description: 'one\nthree\nfour' } });
      const who = visit(site);
      const list = await page(who, `/ticket/${id}?action=history`);
      expect(textOn(list)).toMatch(/2 .*boss.*leave.*via api.*Description.*1 .*boss.*accept.*Owner/);
      const one = await page(who, `/ticket/${id}?action=diff&version=1`);
      expect(one).toMatch(/<del>two<\/del>/);
      expect(one).not.toContain('four');
      const both = await page(who, `/ticket/${id}?action=diff&version=2&old_version=0&style=sidebyside`);
      expect(both).toContain('four');
      expect(textOn(await page(who, `/ticket/${id}?action=diff&version=1&field=summary`))).toContain('No text changed here');
      await page(who, `/ticket/${id}?action=diff&version=9`, 404);
      expect(linksOn(await page(who, `/ticket/${id}`))).toContain(`/ticket/${id}?action=diff&version=2&field=description`);
    });

    test('of tickets that one may not view are not there', async () => {
      await using site = await testSite({ grants: { ...GRANTS, anonymous: [] }, database: await fresh() });
      const { id } = await site.as('boss').fileTicket({ summary: 'S' });
      for (const rest of ['?version=0', '?action=history', '?action=diff&version=1', '/entries?from=1&to=2', '/comment/1/edit'])
        await page(visit(site), `/ticket/${id}${rest}`, 403);
      await page(visit(site), '/changes', 403);
    });
  });

  test('the list of changes shows everybody’s, by page, person and kind', async () => {
    await using site = await makeSite(await fresh());
    for (let n = 1; n <= 60; n++) await site.as(n % 2 === 0 ? 'ann' : 'ben').fileTicket({ summary: `T${n}` });
    await site.as('ann').submit(3, 'resolve', {}, { comment: 'done & dusted' });
    const who = visit(site);
    const first = await page(who, '/changes');
    expect(textOn(first)).toMatch(/ann commented on #3 T3 .*Status new → closed done & dusted/);
    expect(first).toContain('T60');
    expect(first).not.toContain('#11 T11');
    const next = linksOn(first).find((href) => href.includes('after=')) ?? '';
    const second = await page(who, next);
    expect(second).toContain('#11 T11');
    expect(second).not.toContain('T60');
    const anns = textOn(await page(who, '/changes?author=ann'));
    expect(anns).toContain('T60');
    expect(anns).not.toContain('T59');
    const comments = textOn(await page(who, '/changes?kind=commented'));
    expect(comments).toContain('dusted');
    expect(comments).not.toContain('T60');
    await page(who, '/changes?kind=nonsense', 400);
    await page(who, '/changes?after=nonsense', 400);
  });
});
