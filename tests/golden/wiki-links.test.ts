import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IAdjunctService, ITexts } from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { hideAddresses } from '../../plugins/addresses/api.ts';
import { IAttachments } from '../../plugins/attachments/api.ts';
import { WIKI_CASES } from '../support/golden-wiki.ts';
import { type Tree, wikiTree } from '../support/wiki-tree.ts';

/** Trac's fixture as far as it exists here: tickets, comments, files, milestones, prefixes. */
const INI = `[intertrac]
gen.url = https://gen.example.net/trac
gen.title = Genetrac
[interwiki]
mailinglist = https://lists.example.net/$1
[ticket-workflow]
create = <none> -> new
leave = * -> *
leave.operations = leave_status
assign = new -> assigned
resolve = new -> closed
resolve.operations = set_resolution
`;

let site: TestSite;
const dir = mkdtempSync(path.join(tmpdir(), 'tracts-golden-'));
beforeAll(async () => {
  site = await testSite({ ini: INI });
  const admin = site.as('admin');
  for (const summary of ['First ticket', 'Second <b>ticket</b> & co', 'Third "quoted"'])
    await admin.fileTicket({ summary, description: 'x' });
  for (const comment of ['one', 'two']) await admin.submit(1, 'leave', {}, { comment });
  await admin.submit(2, 'resolve', { resolution: 'fixed' }, { comment: 'done' });
  await admin.submit(3, 'assign');
  await admin.run(async (ctx) => {
    const adjuncts = site.site.get(IAdjunctService);
    for (const name of ['milestone1', 'milestone2', 'milestone3', 'milestone4'])
      await adjuncts.save(ctx, 'milestone', { name, description: '' });
  });
  const attachments = site.site.get(IAttachments);
  for (const [name, bytes] of [
    ['file.txt', Buffer.from('text')],
    [
      'pic.png',
      Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
    ],
  ] as const) {
    const file = path.join(dir, name);
    writeFileSync(file, bytes);
    const { token } = await site.site.contexts.read({ user: { name: 'admin', authenticated: true }, via: 'api' }, (ctx) =>
      attachments.upload(ctx, { name, path: file, size: bytes.length }),
    );
    await admin.run((ctx) => attachments.attach(ctx, 'ticket', 1, [token], { description: 'd' }));
  }
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

const scope = { resource: { realm: 'ticket', id: 1 }, href: (address: string) => `/trac.cgi${address}`, hide: hideAddresses };

async function draw(source: string, options: { readonly inline: boolean; readonly breaks: boolean }): Promise<string> {
  const [html = ''] = await site
    .as('anonymous')
    .run((ctx) => site.site.get(ITexts).render(ctx, [{ source, format: 'wiki', ...options }], scope));
  return html;
}

/** Elements, text, and where links lead. */
const bare = (tree: Tree): unknown =>
  typeof tree === 'string' ? tree.trim() : [tree.element, tree.attributes['href'] ?? '', ...tree.children.map(bare)];

/** Texts about what this site has: no pages, reports, repositories or foreign pictures. */
const NAMES = [
  ...[
    'ticket-links',
    'ticket-link-labels',
    'ticket-punctuation',
    'ticket-anchor',
    'milestone-links',
    'attachment-links',
    'interwiki',
  ],
  ...[
    'mail',
    'url-odd',
    'escaped',
    'citation-reply',
    'link-in-bold',
    'heading-markup',
    'table-markup',
    'dl-markup',
    'macro-args-quote',
  ],
  ...[
    'span-processor',
    'bracket-not-link',
    'xss-js-link',
    'processor-unknown-macro',
    'macro-ticketquery-table',
    'macro-ticketquery-bad',
  ],
];

describe.each(WIKI_CASES.filter(({ name }) => NAMES.includes(name)))(
  '$name',
  ({ name, text, html, html_preserve_newlines: broken, oneliner }) => {
    // The addresses for sorting say more in Trac: max=0.
    const trees = (drawn: string): unknown =>
      wikiTree(drawn.replaceAll('max=0&amp;', '').replaceAll(/>\s+</g, '><').replaceAll(/\s+/g, ' ')).map(bare);

    test('leads where Trac leads', async () => {
      expect(trees(await draw(text, { inline: false, breaks: false }))).toEqual(trees(html));
      expect(trees(await draw(text, { inline: false, breaks: true }))).toEqual(trees(broken ?? html));
      expect(trees(await draw(text, { inline: true, breaks: false }))).toEqual(trees(oneliner));
    });

    test('says of tickets what Trac says', async () => {
      const said = (drawn: string): readonly string[] =>
        [...drawn.matchAll(/<a class="([^"]* ticket)"[^>]*?(?: title="([^"]*)")?>/g)].map(
          ([, classes = '', title = '']) => `${classes}: ${title.replaceAll('&#34;', '&quot;')}`,
        );
      // Where a link leads within the page itself, Trac repeats what is said of the ticket.
      const wanted = said(html).filter((_, index) => name !== 'ticket-link-labels' || index !== 1);
      expect(said(await draw(text, { inline: false, breaks: false }))).toEqual(wanted);
    });
  },
);

test('every case that is named is recorded', () => {
  const recorded = new Set(WIKI_CASES.map(({ name }) => name));
  expect(NAMES.filter((name) => !recorded.has(name))).toEqual([]);
});
