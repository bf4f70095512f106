import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const windows = useWindows();
let site: ServedSite;
beforeAll(async () => {
  site = await serveSite({});
  await site.addPerson('ann', 'Ann Example');
});
afterAll(() => site[Symbol.asyncDispose]());

async function openAs(name: string, more = {}): Promise<Window> {
  const window = await windows.open(site.url, more);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}
const newTicket = (summary: string): Promise<number> => site.submit('ann', undefined, { fields: { summary } });
const list = (page: Page) => page.locator('[data-attach-list] li');
/** Stands for a file that is uploaded and will be attached. */
const box = (page: Page, name: string | RegExp) => page.getByRole('checkbox', { name });
const files = (page: Page) => page.locator('.file-name');

/** Hands files to the page as a drop or a paste does. */
const hand = (page: Page, selector: string, kind: 'drop' | 'paste', name: string, type: string, bytes: Buffer) =>
  page.evaluate(
    ([where, event, filename, mime, data]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
      transfer.items.add(new File([content], filename, { type: mime }));
      const init = { bubbles: true, cancelable: true };
      document
        .querySelector(where)
        ?.dispatchEvent(
          event === 'drop'
            ? new DragEvent('drop', { ...init, dataTransfer: transfer })
            : new ClipboardEvent('paste', { ...init, clipboardData: transfer }),
        );
    },
    [selector, kind, name, type, bytes.toString('base64')] as const,
  );

test('chosen files are uploaded while one types, may be left out again, and come with the new ticket', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/newticket');
  await page.getByLabel('Summary').fill('With files');
  await page.getByLabel('Choose files').setInputFiles([
    { name: 'one.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
    { name: 'two.png', mimeType: 'image/png', buffer: PNG },
    { name: 'three.txt', mimeType: 'text/plain', buffer: Buffer.from('three') },
  ]);
  await box(page, 'three.txt').waitFor();
  await box(page, 'one.txt').uncheck();
  await page.getByRole('button', { name: 'Create ticket' }).click();
  await page.waitForURL(/\/ticket\/\d+$/);
  expect(await files(page).allTextContents()).toEqual(['two.png', 'three.txt']);
  const picture = page.locator('.file-picture img');
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(1);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  expect(wide).toBe(true);
});

test('a dropped file is attached and named in the text; a pasted picture too, under a name of its own', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  const id = await newTicket('Drop');
  await page.goto(`/ticket/${id}`);
  await hand(page, '#comment', 'drop', 'notes.txt', 'text/plain', Buffer.from('notes'));
  await box(page, 'notes.txt').waitFor();
  await hand(page, '#comment', 'paste', 'image.png', 'image/png', PNG);
  await box(page, /picture-\d+\.png/).waitFor();
  expect(await page.locator('#comment').inputValue()).toMatch(/notes\.txt.*picture-\d+\.png/s);
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.waitForURL(/#comment:1$/);
  expect(await files(page).count()).toBe(2);
  await page.locator('.entry .prose a[href$="/notes.txt"]').first().waitFor();
  await page.locator('.entry .prose img[src*="/raw-attachment/"]').waitFor();
});

test('a file that is refused says why, and the form waits for those under way', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  const id = await newTicket('Large');
  await page.goto(`/ticket/${id}`);
  await page
    .getByLabel('Choose files')
    .setInputFiles([{ name: 'good.txt', mimeType: 'text/plain', buffer: Buffer.from('good') }]);
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.waitForURL(/#comment:1$/);
  expect(await files(page).allTextContents()).toEqual(['good.txt']);
});

test('without scripts the form sends the files itself, and a refused one comes back with them', async () => {
  await using window = await openAs('ann', { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/newticket');
  await page
    .getByLabel('Choose files')
    .setInputFiles([{ name: 'plain.txt', mimeType: 'text/plain', buffer: Buffer.from('plain') }]);
  await page.getByRole('button', { name: 'Create ticket' }).click();
  await page.getByRole('alert').waitFor();
  expect(await list(page).allTextContents()).toEqual([expect.stringContaining('plain.txt')]);
  await page.getByLabel('Summary').fill('Second try');
  await page.getByRole('button', { name: 'Create ticket' }).click();
  await page.waitForURL(/\/ticket\/\d+$/);
  expect(await files(page).allTextContents()).toEqual(['plain.txt']);
  await files(page).first().click();
  await page.getByRole('cell', { name: 'plain' }).waitFor();
});

test('pages and drawings that people attach run nothing and are saved, not shown; pictures and text are shown alone', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  const id = await newTicket('Hostile');
  const script = '<script>document.title = "ran"; fetch("/ran")</script>';
  await page.goto(`/attachment/ticket/${id}?action=new`);
  await page.getByLabel('Choose files').setInputFiles(
    Object.entries({
      'page.html': `<!doctype html>${script}`,
      'drawing.svg': `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
      'lies.txt': `just words, then ${script}`,
    }).map(([name, content]) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })),
  );
  await box(page, 'lies.txt').waitFor();
  await page.getByRole('button', { name: 'Attach' }).click();
  await page.waitForURL(/\/ticket\/\d+$/);
  for (const name of ['page.html', 'drawing.svg']) {
    const saved = page.waitForEvent('download');
    await page.goto(`/raw-attachment/ticket/${id}/${name}`).catch(() => undefined);
    expect((await saved).suggestedFilename()).toBe(name);
    await page.goto(`/attachment/ticket/${id}/${name}`);
    await page.locator('.file-text').waitFor();
    expect(await page.title()).toContain(name);
  }
  await page.goto(`/raw-attachment/ticket/${id}/lies.txt`);
  expect(await page.locator('body').textContent()).toContain('just words, then <script>');
  expect(await page.title()).not.toBe('ran');
});

test('pages about files have no faults at 320 pixels and read well', async () => {
  await using window = await openAs('ann', { viewport: { width: 320, height: 700 } });
  const { page } = window;
  const id = await newTicket('Narrow');
  await page.goto(`/attachment/ticket/${id}?action=new`);
  await page.getByLabel('Choose files').setInputFiles([
    { name: `${'long-name-'.repeat(11)}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x'.repeat(3000)) },
    { name: 'picture.png', mimeType: 'image/png', buffer: PNG },
  ]);
  await box(page, 'picture.png').waitFor();
  await page.getByLabel('Description').fill('What it looks like');
  await page.getByRole('button', { name: 'Attach' }).click();
  await page.waitForURL(/\/ticket\/\d+$/);
  for (const path of [
    `/ticket/${id}`,
    `/attachment/ticket/${id}`,
    `/attachment/ticket/${id}/picture.png?action=edit`,
    `/attachment/ticket/${id}?action=new`,
  ]) {
    await page.goto(path);
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 320]);
    if (process.env['SHOTS'])
      await page.screenshot({ path: `${process.env['SHOTS']}/${path.replace(/\W+/g, '_')}.png`, fullPage: true });
  }
});
