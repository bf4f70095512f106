import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
/** What XML cannot hold, what it must escape, and what a feed reader must not run. */
const HOSTILE = `]]> & <script>alert(1)</script> "quoted" 'too' \u0001\u000b\ufffe – ü 𝄞 &nbsp; &#0;`;
/** It goes on where `[trac] database` stands. */
const INI = 'base_url = http://tracker.example/t\n';
let site: ServedSite;
let base: string;

beforeAll(async () => {
  site = await serveSite({ ini: INI });
  base = `${site.url}/t`;
  await site.addPerson('ann', 'Ann <Example>', ['TICKET_ADMIN']);
  await site.submit('ann', undefined, {
    fields: { summary: HOSTILE, description: `{{{\n${HOSTILE}\n}}}\n\n[[Image(x.png)]] #1` },
  });
  await site.submit('ann', 1, { action: 'accept', comment: HOSTILE, fields: { keywords: HOSTILE } });
  await site.submit('ann', undefined, { fields: { summary: 'plain' } });
});
afterAll(() => site[Symbol.asyncDispose]());

/** An element as plain data. */
interface Node {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

/** What the browser's strict XML parser makes of a text; the message where it is no XML. */
const parse = (page: Page, xml: string): Promise<Node | string> =>
  page.evaluate((text) => {
    const read = (element: Element): Node => ({
      name: element.nodeName,
      text: element.textContent ?? '',
      attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      children: [...element.children].map(read),
    });
    const parsed = new DOMParser().parseFromString(text, 'application/xml');
    return parsed.querySelector('parsererror')?.textContent ?? read(parsed.documentElement);
  }, xml);

async function feedAt(page: Page, path: string): Promise<Node> {
  const reply = await fetch(base + path);
  expect(reply.status).toBe(200);
  const found = await parse(page, await reply.text());
  if (typeof found === 'string') throw new Error(found);
  return found;
}

const all = ({ children }: Node, name: string): readonly Node[] => children.filter((child) => child.name === name);
/** The text of the child that must be there once. */
const one = (node: Node, name: string): string => {
  const found = all(node, name);
  expect([name, found.length]).toEqual([name, 1]);
  return found[0]?.text ?? '';
};
const isWhole = (address: string): void => expect(address).toMatch(/^http:\/\/tracker\.example\/t\/(ticket|query)/);
const RFC822 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

async function openBlank(): Promise<Window> {
  const window = await windows.open(site.url);
  await window.page.goto(`${site.url}/t/about`);
  return window;
}

test.each(['/ticket/1', '/query?order=id'])('%s: the RSS keeps the rules of RSS 2.0, whatever people write', async (path) => {
  await using window = await openBlank();
  const rss = await feedAt(window.page, `${path}${path.includes('?') ? '&' : '?'}format=rss`);
  expect([rss.name, rss.attributes['version']]).toEqual(['rss', '2.0']);
  expect(rss.children.map(({ name }) => name)).toEqual(['channel']);
  const [channel] = rss.children;
  if (!channel) throw new Error('no channel');
  isWhole(one(channel, 'link'));
  expect(one(channel, 'title')).not.toBe('');
  expect(one(channel, 'description')).not.toBe('');
  expect(one(channel, 'lastBuildDate')).toMatch(RFC822);
  const items = all(channel, 'item');
  expect(items).toHaveLength(2);
  for (const item of items) {
    isWhole(one(item, 'link'));
    expect(one(item, 'pubDate')).toMatch(RFC822);
    expect(one(item, 'title')).not.toBe('');
    expect(one(item, 'dc:creator')).toBe('Ann <Example>');
    expect(all(item, 'guid')[0]?.attributes['isPermaLink']).toBe('true');
    expect(one(item, 'description')).not.toMatch(/<script/i);
  }
  expect(new Set(items.map((item) => one(item, 'guid'))).size).toBe(2);
});

test.each(['/ticket/1', '/query?order=id'])('%s: the Atom keeps the rules of RFC 4287, whatever people write', async (path) => {
  await using window = await openBlank();
  const feed = await feedAt(window.page, `${path}${path.includes('?') ? '&' : '?'}format=atom`);
  expect([feed.name, feed.attributes['xmlns']]).toEqual(['feed', 'http://www.w3.org/2005/Atom']);
  const links = all(feed, 'link').map(({ attributes }) => attributes);
  expect(links.map(({ rel }) => rel)).toEqual(['self', 'alternate']);
  for (const { href = '' } of links) isWhole(href);
  const entries = all(feed, 'entry');
  expect(entries).toHaveLength(2);
  for (const node of [feed, ...entries]) {
    isWhole(one(node, 'id'));
    expect(one(node, 'updated')).toMatch(RFC3339);
    expect(one(node, 'title')).not.toBe('');
    expect(all(node, 'author')[0]?.children.map(({ name }) => name)).toEqual(['name']);
  }
  for (const entry of entries) {
    expect(all(entry, 'content')[0]?.attributes['type']).toBe('html');
    expect(one(entry, 'content')).not.toMatch(/<script/i);
    isWhole(all(entry, 'link')[0]?.attributes['href'] ?? '');
  }
  expect(new Set([feed, ...entries].map((node) => one(node, 'id'))).size).toBe(path === '/ticket/1' ? 2 : 3);
});

test('a page’s feeds are found by a feed reader, and lead where a person would look', async () => {
  await using window = await openBlank();
  const { page } = window;
  await page.goto(`${base}/query?status=!closed`);
  const found = await page
    .locator('link[rel="alternate"]')
    .evaluateAll((links) => links.map((link) => (link as HTMLLinkElement).type));
  expect(found).toEqual(['application/atom+xml', 'application/rss+xml']);
  expect(await page.getByRole('link', { name: 'Atom feed' }).getAttribute('href')).toBe('/t/query?status=%21closed&format=atom');
});
