import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ITexts } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';
import { htmlFaults, isClosedInItself } from '../../support/html-faults.ts';
import { HTML_VECTORS, MARKDOWN_VECTORS, WIKI_VECTORS } from '../../support/xss-vectors.ts';

let site: TestSite;
beforeAll(async () => {
  site = await testSite({});
  for (const summary of ['<script>window.attacked=1</script>', '"><img src=x onerror=window.attacked=1>'])
    await site.fileTicket({ summary, description: 'x' });
});
afterAll(() => site[Symbol.asyncDispose]());

const scope = { resource: { realm: 'ticket', id: 1 }, href: (path: string) => path, hide: (text: string) => text };

async function draw(source: string, format: string, inline: boolean): Promise<string> {
  const texts = site.site.get(ITexts);
  return site.as('admin').run(async (ctx) => (await texts.render(ctx, [{ source, format, inline }], scope))[0] ?? '');
}

test('there are more than two hundred different attacks for each format', () => {
  expect(new Set(WIKI_VECTORS).size).toBeGreaterThan(400);
  expect(new Set(MARKDOWN_VECTORS).size).toBeGreaterThan(300);
});

describe.each([
  ['wiki', WIKI_VECTORS],
  ['markdown', MARKDOWN_VECTORS],
  ['unknown', HTML_VECTORS],
] as const)('in the format %s', (format, vectors) => {
  test.each(vectors)('%j leaves nothing that runs, loads or covers, in a text and in one line', async (vector) => {
    for (const inline of [false, true]) {
      const html = await draw(vector, format, inline);
      expect(htmlFaults(html), html).toEqual([]);
      expect(isClosedInItself(html), html).toBe(true);
    }
  });
});

test('what links tell of tickets is escaped', async () => {
  for (const source of [
    '#1 #2',
    '[ticket:1 x] [#2 y]',
    '[[TicketQuery(id=1-2)]]',
    '[[TicketQuery(id=1-2, format=table)]]',
    '[[TicketQuery(id=1-2, compact)]]',
  ]) {
    const html = await draw(source, 'wiki', false);
    expect(htmlFaults(html), html).toEqual([]);
    expect(html).toContain('&lt;script&gt;');
  }
});
