import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { IUserService } from '../../core/index.ts';
import { IAttachments } from '../../plugins/attachments/api.ts';
import { useWindows } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';
import { HTML_VECTORS, MARKDOWN_VECTORS, WIKI_VECTORS } from '../support/xss-vectors.ts';

const windows = useWindows();
const sites: ServedSite[] = [];
afterAll(async () => {
  for (const site of sites) await site[Symbol.asyncDispose]();
});

async function open(ini: string): Promise<ServedSite> {
  const site = await serveSite({ ini });
  sites.push(site);
  await site.addPerson('ann', 'Ann Example', ['TICKET_ADMIN']);
  return site;
}

interface Seen {
  readonly ran: boolean;
  /** Element, attribute, value. */
  readonly attributes: readonly (readonly [string, string, string])[];
  /** Elements within texts and values that stand outside the flow of the page. */
  readonly covering: readonly string[];
  readonly isWhole: boolean;
}

/** The document as the browser has it. */
const see = (page: Page): Promise<Seen> =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const inside = all.filter((one) => one.closest('.prose, dd') && !one.closest('.visually-hidden'));
    return {
      ran: 'attacked' in window,
      attributes: all.flatMap((one) => [...one.attributes].map(({ name, value }) => [one.localName, name, value] as const)),
      covering: inside.filter((one) => /fixed|absolute/.test(getComputedStyle(one).position)).map((one) => one.outerHTML),
      isWhole: document.querySelectorAll('body > footer.site-footer').length === 1,
    };
  });

const ADDRESSES = new Set(['href', 'src', 'action', 'formaction', 'xlink:href']);

/** What came true of an attack: what ran, and what of the document could run. */
async function damage(page: Page): Promise<string[]> {
  const { ran, attributes, covering, isWhole } = await see(page);
  const bad = attributes.filter(
    ([, name, value]) => name.startsWith('on') || (ADDRESSES.has(name) && /^\s*(?:javascript|vbscript|data:text)/i.test(value)),
  );
  return [
    ...(ran ? ['a script ran'] : []),
    ...bad.map(([element, name, value]) => `<${element} ${name}="${value}">`),
    ...covering.map((one) => `covers the page: ${one}`),
    ...(isWhole ? [] : ['the page is broken up']),
  ];
}

/** Opens a page as Ann; a fault of the page itself (refused content, requests elsewhere) fails when the window is disposed of. */
async function look(site: ServedSite, address: string): Promise<string[]> {
  await using window = await windows.open(site.url);
  const { page } = window;
  page.on('dialog', async (dialog) => {
    await dialog.dismiss();
    throw new Error(`a dialog said ${dialog.message()}`);
  });
  await page.context().addCookies([...(await site.cookiesOf('ann'))]);
  await page.goto(address, { waitUntil: 'load' });
  for (const link of await page.locator('.prose a, .prose summary').all()) await link.dispatchEvent('mouseover');
  await page.keyboard.press('Tab');
  expect(window.faults, address).toEqual([]);
  return await damage(page);
}

const storable = (text: string): string => text.replaceAll('\0', '');
const PER_TICKET = 60;

function inPieces<T>(all: readonly T[]): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / PER_TICKET) }, (_, index) =>
    all.slice(index * PER_TICKET, (index + 1) * PER_TICKET),
  );
}

async function fileComments(site: ServedSite, vectors: readonly string[]): Promise<number> {
  const [description = 'x', ...comments] = vectors.map(storable);
  const id = await site.submit('ann', undefined, { fields: { summary: 'Attacks', description } });
  for (const comment of comments.filter((one) => one.trim() !== '')) await site.submit('ann', id, { action: 'leave', comment });
  return id;
}

describe.each([
  ['wiki', WIKI_VECTORS],
  ['markdown', MARKDOWN_VECTORS],
] as const)('in descriptions and comments written in %s', (format, vectors) => {
  test(`none of ${vectors.length} attacks runs, loads or covers anything`, async () => {
    const site = await open(`[ticket]\ntext_format = ${format}\n`);
    for (const some of inPieces(vectors)) {
      const id = await fileComments(site, some);
      expect(await look(site, `/ticket/${id}?history=all`)).toEqual([]);
    }
  }, 300_000);
});

const KINDS = ['line', 'bare', 'prose', 'words', 'topic', 'plain'] as const;
const PER_KIND = 8;
const definition = (kind: (typeof KINDS)[number], name: string): string => {
  const type = kind === 'prose' || kind === 'plain' ? 'textarea' : 'text';
  const format = { line: 'wiki', bare: 'plain', prose: 'wiki', words: 'list', topic: 'reference', plain: 'wiki' }[kind];
  return `${name} = ${type}\n${name}.format = ${format}\n${kind === 'plain' ? `${name}.plaintext = true\n` : ''}`;
};
const nameOf = (kind: string, index: number): string => `${kind}_${index}`;
const FIELDS_INI = `[ticket-custom]\n${KINDS.map((kind) => Array.from({ length: PER_KIND }, (_, index) => definition(kind, nameOf(kind, index))).join('')).join('')}`;

test('nor does any in values of fields, on the page and in the form', async () => {
  const site = await open(FIELDS_INI);
  const vectors = HTML_VECTORS.map(storable);
  for (let start = 0; start < vectors.length; start += PER_KIND) {
    const some = vectors.slice(start, start + PER_KIND);
    const values = KINDS.flatMap((kind) => {
      const isProse = kind === 'prose' || kind === 'plain';
      return some.map((vector, index) => [nameOf(kind, index), isProse ? vector : vector.replaceAll(/\s+/g, ' ')] as const);
    });
    const summary = (some[0] ?? '').replaceAll(/\s+/g, ' ');
    const id = await site.submit('ann', undefined, {
      fields: { summary, keywords: summary, description: 'x', ...Object.fromEntries(values) },
    });
    expect(await look(site, `/ticket/${id}`)).toEqual([]);
  }
  expect(await look(site, '/query?max=1000')).toEqual([]);
}, 300_000);

test('nor does any in the names of people and of files', async () => {
  const site = await open('');
  const dir = mkdtempSync(path.join(tmpdir(), 'tracts-files-'));
  try {
    const file = path.join(dir, 'bytes');
    writeFileSync(file, 'bytes');
    const attachments = site.service.site.get(IAttachments);
    const id = await site.submit('ann', undefined, { fields: { summary: 'Names', description: 'x' } });
    const names = HTML_VECTORS.filter((_, index) => index % 4 === 0).map(storable);
    for (const [index, name] of names.entries()) {
      const draft = await site.service.site.contexts.read({ user: { name: 'ann', authenticated: true }, via: 'web' }, (ctx) =>
        attachments.upload(ctx, { name: `${name}.txt`, path: file, size: 5 }),
      );
      await site.run('ann', (ctx) => attachments.attach(ctx, 'ticket', id, [draft.token], { description: name }));
      await site.addPerson(`person${index}`, name.slice(0, 200).replaceAll(/\s+/g, ' '));
      await site.submit(`person${index}`, id, {
        action: 'leave',
        comment: `attachment:"${name}.txt" @person${index}`,
        fields: { owner: `person${index}` },
      });
    }
    await site.run('ann', (ctx) =>
      site.service.site.get(IUserService).update(ctx, 'ann', { fullName: '<script>window.attacked=1</script>' }),
    );
    expect(await look(site, `/ticket/${id}?history=all`)).toEqual([]);
    expect(await look(site, '/query')).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}, 300_000);
