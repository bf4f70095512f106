import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { overflow, violations } from '../support/axe.ts';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
let site: ServedSite;

beforeAll(async () => {
  site = await serveSite();
  await site.addPerson('ann', 'Ann Droz', ['TICKET_ADMIN']);
  await site.addPerson('anton', 'Anton Huber', ['TICKET_MODIFY']);
  await site.addPerson('reader', 'Rea Der', []);
  await site.grant('anonymous', 'TICKET_CREATE');
  await site.grant('anonymous', 'TICKET_APPEND');
  await site.submit('ann', undefined, { fields: { summary: 'Basket empties itself', description: 'Once a day.' } });
  await site.submit('ann', undefined, { fields: { summary: 'Printer prints nothing' } });
  await site.submit('ann', 2, { action: 'leave', comment: 'First.' });
});
afterAll(() => site?.[Symbol.asyncDispose]());

async function openAs(name: string, more: Parameters<typeof windows.open>[1] = {}): Promise<Window> {
  const window = await windows.open(site.url, { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...more });
  if (name !== '') await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  // Leaving a page with unsent text asks; the person goes.
  window.page.on('dialog', (dialog) => void dialog.accept());
  return window;
}
const fileTicket = (summary = 'Another'): Promise<number> =>
  site.submit('ann', undefined, { fields: { summary, description: 'Text' } });
const commentOf = (page: Page): Locator => page.getByRole('textbox', { name: 'Comment', exact: true });
const select = (field: Locator, start: number, end: number) =>
  field.evaluate((one: HTMLTextAreaElement, [from = 0, to = 0]) => one.setSelectionRange(from, to), [start, end]);
const editorOf = (page: Page, field: Locator): Locator => page.locator('.text-editor', { has: field });
const toolbar = (page: Page): Locator => editorOf(page, page.locator('#comment')).getByRole('toolbar', { name: 'Text tools' });
const preview = (page: Page): Locator => editorOf(page, page.locator('#comment')).getByRole('group', { name: 'Live view' });
/** The text is kept a moment after it is typed. */
const untilKept = (page: Page, text: string) =>
  expect
    .poll(() => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])))
    .toContain(JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1));

test('tools and keys write in the language of the site, and what they did can be undone', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/1');
  const comment = commentOf(page);
  await comment.fill('one two');
  await select(comment, 4, 7);
  await toolbar(page).getByRole('button', { name: 'Bold (Ctrl+B)' }).click();
  expect(await comment.inputValue()).toBe("one '''two'''");
  expect(await comment.evaluate((one) => one === document.activeElement)).toBe(true);
  await page.keyboard.press('Control+b');
  expect(await comment.inputValue()).toBe('one two');
  await page.keyboard.press('Control+i');
  expect(await comment.inputValue()).toBe("one ''two''");
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  expect(await comment.inputValue()).toBe("one '''two'''");
  await comment.fill('one\ntwo');
  await comment.press('Control+a');
  await toolbar(page).getByRole('button', { name: 'List', exact: true }).click();
  expect(await comment.inputValue()).toBe(' * one\n * two');
  await comment.fill('shop');
  await comment.press('Control+a');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('https://example.org');
  expect(await comment.inputValue()).toBe('[https://example.org shop]');
});

test('where texts are written in Markdown, so do the tools', async () => {
  await using other = await serveSite({ ini: '[ticket]\ntext_format = markdown\n' });
  await other.addPerson('ann', 'Ann Droz', ['TICKET_MODIFY']);
  await using window = await windows.open(other.url);
  const { page } = window;
  await page.context().addCookies([...(await other.cookiesOf('ann'))]);
  await page.goto('/newticket');
  const description = page.getByLabel('Description', { exact: true });
  await description.fill('word');
  await description.press('Control+a');
  await page.keyboard.press('Control+b');
  await page.getByRole('button', { name: 'Live view' }).click();
  await page.getByRole('group', { name: 'Live view' }).locator('strong').getByText('word').waitFor();
  expect(await description.inputValue()).toBe('**word**');
});

test('the toolbar is one stop for Tab, arrows go through it, and Escape leads back; no key keeps anybody in', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/1');
  const comment = commentOf(page);
  const focused = () =>
    page.evaluate(() => {
      const { activeElement: one } = document;
      return one?.getAttribute('aria-label') ?? (one?.id || one?.textContent);
    });
  await comment.focus();
  await page.keyboard.press('Shift+Tab');
  expect(await focused()).toBe('Bold (Ctrl+B)');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('Italic (Ctrl+I)');
  await page.keyboard.press('End');
  expect(await focused()).toBe('Live view');
  await page.keyboard.press('ArrowRight');
  expect(await focused()).toBe('Bold (Ctrl+B)');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Escape');
  expect(await focused()).toBe('comment');
  await page.keyboard.press('Shift+Tab');
  expect(await focused()).toBe('Live view');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('comment');
  await page.keyboard.press('Tab');
  expect(await focused()).not.toBe('comment');
  await comment.focus();
  await page.keyboard.press('Escape');
  expect(await comment.evaluate((one) => one === document.activeElement)).toBe(false);
});

test('the preview stands beside the text, follows it, and is there again on the next page', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/1');
  const comment = commentOf(page);
  const toggle = toolbar(page).getByRole('button', { name: 'Live view' });
  expect(await toggle.getAttribute('aria-pressed')).toBe('false');
  await toggle.click();
  await preview(page).getByText('Nothing to show yet.').waitFor();
  await comment.pressSequentially("See #2 and '''this''': <script>document.title='x'</script> <img src=x onerror=alert(1)>");
  await preview(page).locator('strong').getByText('this').waitFor();
  expect(await preview(page).getByRole('link', { name: '#2' }).getAttribute('href')).toBe('/ticket/2');
  expect(await preview(page).locator('script, img').count()).toBe(0);
  expect(await preview(page).getAttribute('aria-busy')).toBe(null);
  const [left, right] = [await comment.boundingBox(), await preview(page).boundingBox()];
  expect((right?.x ?? 0) >= (left?.x ?? 0) + (left?.width ?? 0) - 1 && Math.abs((right?.y ?? 0) - (left?.y ?? 0)) < 3).toBe(true);
  await page.setViewportSize({ width: 360, height: 740 });
  const [above, below] = [await comment.boundingBox(), await preview(page).boundingBox()];
  expect((below?.y ?? 0) >= (above?.y ?? 0) + (above?.height ?? 0) - 1).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.goto('/newticket');
  await page.getByRole('group', { name: 'Live view' }).waitFor();
  await page.getByRole('button', { name: 'Live view' }).click();
  await page.reload();
  await page.getByRole('toolbar').waitFor();
  expect(await page.getByRole('group', { name: 'Live view' }).count()).toBe(0);
});

test('text and preview scroll in step', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/1');
  const comment = commentOf(page);
  await toolbar(page).getByRole('button', { name: 'Live view' }).click();
  await comment.fill(Array.from({ length: 80 }, (_, number) => `Line ${number}\n`).join('\n'));
  await preview(page).getByText('Line 79').waitFor();
  await comment.evaluate((one) => one.scrollTo(0, one.scrollHeight));
  await expect
    .poll(() => preview(page).evaluate((one) => one.scrollHeight - one.clientHeight - one.scrollTop < 2 && one.scrollTop > 100))
    .toBe(true);
});

test('people and tickets are proposed in the text and taken by keyboard', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/1');
  const comment = commentOf(page);
  await comment.pressSequentially('Ask @an');
  const option = (name: string) => page.getByRole('option', { name });
  await option('@anton Anton Huber').waitFor();
  const active = () =>
    comment.evaluate((one) => document.getElementById(one.getAttribute('aria-activedescendant') ?? '')?.textContent);
  expect(await active()).toBe('@ann Ann Droz');
  await page.keyboard.press('ArrowDown');
  expect(await active()).toBe('@anton Anton Huber');
  await page.keyboard.press('Enter');
  expect(await comment.inputValue()).toBe('Ask @anton ');
  expect(await page.getByRole('listbox').count()).toBe(0);
  await comment.pressSequentially('about #prin');
  await option('#2 Printer prints nothing').waitFor();
  await page.keyboard.press('Enter');
  expect(await comment.inputValue()).toBe('Ask @anton about #2 ');
  await comment.pressSequentially('or #1');
  await option('#1 Basket empties itself').waitFor();
  await page.keyboard.press('Enter');
  expect(await comment.inputValue()).toBe('Ask @anton about #2 or #1\n');
  await comment.pressSequentially('@ann');
  await option('@ann Ann Droz').waitFor();
  await page.keyboard.press('Escape');
  expect(await page.getByRole('listbox').count()).toBe(0);
  expect(await comment.evaluate((one) => one === document.activeElement)).toBe(true);
  await comment.pressSequentially('a and #bas');
  await option('#1 Basket empties itself').click();
  expect(await comment.inputValue()).toBe('Ask @anton about #2 or #1\n@anna and #1 ');
  await comment.pressSequentially('x@an');
  await page.waitForTimeout(400);
  expect(await page.getByRole('listbox').count()).toBe(0);
});

test('who may not look people up is not even asked about them', async () => {
  await using window = await openAs('');
  const { page } = window;
  await page.goto('/newticket');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByLabel('Description', { exact: true }).pressSequentially('Ask @an about #bask');
  await page.getByRole('option', { name: '#1 Basket empties itself' }).waitFor();
  expect(asked.filter((path) => path === '/complete/user')).toEqual([]);
});

test('an unsent text is there again after a reload, can be discarded, and is gone once it is stored', async () => {
  const id = await fileTicket();
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto(`/ticket/${id}`);
  await commentOf(page).fill('Not\nsent "yet"');
  await untilKept(page, 'Not\nsent "yet"');
  await page.reload();
  await page.getByText('Restored draft').waitFor();
  expect(await commentOf(page).inputValue()).toBe('Not\nsent "yet"');
  await page.getByRole('button', { name: 'Discard it' }).click();
  expect([await commentOf(page).inputValue(), await page.getByText('Restored draft').count()]).toEqual(['', 0]);
  await page.reload();
  await toolbar(page).waitFor();
  expect(await page.getByText('Restored draft').count()).toBe(0);

  await commentOf(page).fill('To be stored');
  await untilKept(page, 'To be stored');
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.waitForURL(/#comment:1$/);
  await toolbar(page).waitFor();
  expect([await commentOf(page).inputValue(), await page.getByText('Restored draft').count()]).toEqual(['', 0]);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tracts.text:')))).toEqual([]);
  expect(await page.evaluate(() => document.cookie)).not.toContain('trac_text_sent');
});

test('a text whose sending failed on the way is not given up', async () => {
  const id = await fileTicket();
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto(`/ticket/${id}`);
  await commentOf(page).fill('Lost on the way?');
  await untilKept(page, 'Lost on the way?');
  await page.route(`**/ticket/${id}`, (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 200, body: 'A gateway that stores nothing' })
      : route.continue(),
  );
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.getByText('A gateway').waitFor();
  await page.goto(`/ticket/${id}`);
  await page.getByText('Restored draft').waitFor();
  expect(await commentOf(page).inputValue()).toBe('Lost on the way?');
});

test('what the server sent back counts, and a text that others changed meanwhile is offered and not overwritten', async () => {
  const id = await fileTicket();
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto(`/ticket/${id}`);
  await commentOf(page).fill('A remark');
  await page.getByLabel('Summary').fill('');
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.locator('.problem-summary').waitFor();
  expect([await commentOf(page).inputValue(), await page.getByText('Restored draft').count()]).toEqual(['A remark', 0]);
  await page.goto(`/ticket/${id}`);
  await page.getByText('Restored draft').waitFor();
  expect(await commentOf(page).inputValue()).toBe('A remark');
  await commentOf(page).fill('');

  const description = page.getByRole('textbox', { name: 'Description', exact: true });
  await description.fill('Text, and mine');
  await untilKept(page, 'Text, and mine');
  await page.goto('/about');
  await site.submit('anton', id, { action: 'leave', fields: { priority: 'minor' } });
  await site.submit('ann', id, { action: 'leave', fields: { description: 'Text of others' } });
  await page.goto(`/ticket/${id}`);
  await page.getByText('The text below has changed since').waitFor();
  expect(await description.inputValue()).toBe('Text of others');
  await page.getByRole('button', { name: 'Use it' }).click();
  expect(await description.inputValue()).toBe('Text, and mine');
});

test("nobody gets to see another person's unsent text, and who logs out leaves none", async () => {
  const id = await fileTicket();
  await using window = await openAs('ann');
  const { page } = window;
  const context = page.context();
  await page.goto(`/ticket/${id}`);
  await commentOf(page).fill('Mine alone');
  await untilKept(page, 'Mine alone');
  await context.clearCookies();
  await context.addCookies([...(await site.cookiesOf('anton'))]);
  await page.goto(`/ticket/${id}`);
  await toolbar(page).waitFor();
  expect([await commentOf(page).inputValue(), await page.getByText('draft').count()]).toEqual(['', 0]);
  await context.clearCookies();
  await context.addCookies([...(await site.cookiesOf('ann'))]);
  await page.goto(`/ticket/${id}`);
  await page.getByText('Restored draft').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('You are logged out.').waitFor();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tracts.text:')))).toEqual([]);
});

test("a stranger's text is kept for his window alone, a new ticket's with its summary", async () => {
  await using window = await openAs('');
  const { page } = window;
  await page.goto('/newticket');
  await page.getByLabel('Summary').fill('From outside');
  await page.getByLabel('Description', { exact: true }).fill('Some text');
  await untilKept(page, 'Some text');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('Some text');
  await page.reload();
  await page.getByText('Restored draft').waitFor();
  expect(await page.getByLabel('Summary').inputValue()).toBe('From outside');
  expect(await page.getByLabel('Description', { exact: true }).inputValue()).toBe('Some text');
});

test('a picture that is pasted is uploaded and shown where the caret is', async () => {
  const id = await fileTicket();
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto(`/ticket/${id}`);
  const comment = commentOf(page);
  await comment.fill('Look:and');
  await select(comment, 5, 5);
  await comment.evaluate((one) => {
    const transfer = new DataTransfer();
    const data = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    transfer.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    one.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: transfer }));
  });
  await expect.poll(() => comment.inputValue()).toMatch(/^Look: \[\[Image\(picture-\d+\.png\)\]\]and$/);
  await page.keyboard.press('Control+z');
  expect(await comment.inputValue()).toBe('Look:and');
});

test('a comment is edited with the same tools, in the language that it is written in', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/2/comment/1/edit');
  const comment = commentOf(page);
  await comment.press('Control+a');
  await page.keyboard.press('Control+b');
  expect(await comment.inputValue()).toBe("'''First.'''");
  await untilKept(page, "'''First.'''");
  await page.reload();
  await page.getByText('Restored draft').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Comment 1 is saved.').waitFor();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tracts.text:')))).toEqual([]);
});

test('axe finds nothing in tools, preview, proposals and drafts, light or dark, narrow or wide; touch has room', async () => {
  const id = await fileTicket();
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto(`/ticket/${id}`);
  const found: string[] = [];
  const judge = async (what: string): Promise<void> => {
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        found.push(...(await violations(page)).map((one) => `${what} ${width} ${one}`));
      }
      await page.setViewportSize({ width: 320, height: 640 });
      if ((await overflow(page)) > 0) found.push(`${what} scrolls sideways`);
    }
  };
  const sample =
    "== Heading ==\n * '''a'''\n{{{#!python\ndef f(): return 1 # x\n}}}\n|| a || b ||\n[[TicketQuery(status=new)]]\n#99\n";
  await commentOf(page).fill(sample);
  await toolbar(page).getByRole('button', { name: 'Live view' }).click();
  await preview(page).getByRole('heading').waitFor();
  await judge('preview');
  await untilKept(page, sample);
  await page.reload();
  await page.getByText('Restored draft').waitFor();
  await judge('draft');
  const sizes = await toolbar(page)
    .locator('.text-tool')
    .evaluateAll((tools) => tools.map((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height)));
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
  await commentOf(page).press('Control+End');
  await commentOf(page).pressSequentially('@a');
  await page.getByRole('option').first().waitFor();
  await judge('proposals');
  const table = '[[TicketQuery(order=id,format=table,col=id|summary|status|owner|type|priority|milestone|reporter|keywords)]]';
  await site.submit('ann', id, { action: 'leave', comment: table, fields: { description: table } });
  await page.goto(`/ticket/${id}`);
  await page.locator('.entry table').waitFor();
  await judge('wide tables');
  await page.goto('/help/text');
  await judge('help');
  expect(found).toEqual([]);
});
