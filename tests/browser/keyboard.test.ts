import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
let site: ServedSite;

beforeAll(async () => {
  site = await serveSite({ ini: '[ticket]\nrestrict_owner = true\n' });
  await site.addPerson('ann', 'Ann Droz', ['TICKET_MODIFY']);
  await site.addPerson('root', 'Root Admin', ['TRAC_ADMIN']);
  await site.submit('ann', undefined, { fields: { summary: 'An old one', description: 'Text' } });
  await site.submit('ann', 1, { action: 'leave', comment: 'A comment.' });
});
afterAll(() => site?.[Symbol.asyncDispose]());

async function openAs(name: string, width: number): Promise<Window> {
  const window = await windows.open(site.url, { viewport: { width, height: 700 }, reducedMotion: 'reduce' });
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}

const hasFocus = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab until the control is reached; a page that has it has it within a hundred stops. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let stop = 0; stop < 100; stop++) {
    if (await hasFocus(control)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${control}`);
}

test('a ticket is filed and resolved with Tab, Enter and arrow keys alone', async () => {
  await using window = await openAs('ann', 1280);
  const { page } = window;
  await page.goto('/query');
  await tabTo(page, page.getByRole('link', { name: 'New Ticket' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/newticket');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').innerText()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await hasFocus(page.getByLabel('Summary'))).toBe(true);
  await page.keyboard.type('Filed by keyboard');
  await tabTo(page, page.getByLabel('Description'));
  await page.keyboard.type('First line');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Second line');
  await tabTo(page, page.getByLabel('Priority'));
  await page.keyboard.press('ArrowUp');
  await tabTo(page, page.getByRole('button', { name: 'Create ticket' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/ticket\/\d+$/);
  expect(await page.locator('.properties').innerText()).toMatch(/Priority\s+critical/);

  await tabTo(page, page.getByLabel('Comment', { exact: true }));
  await page.keyboard.type('Done.');
  await tabTo(page, page.getByRole('radio', { name: 'leave' }));
  const resolve = page.getByRole('radio', { name: 'resolve' });
  for (let turn = 0; turn < 5 && !(await resolve.isChecked()); turn++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.type('w');
  await tabTo(page, page.getByRole('button', { name: 'Submit changes' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(/#comment:1$/);
  expect(await page.locator('.ticket-head .status').innerText()).toBe('closed');
  expect(await page.title()).toMatch(/\(closed: (wontfix|worksforme)\)/);
});

test('Ctrl+Enter sends a comment; a form that was changed is not left by a slip', async () => {
  await using window = await openAs('ann', 1280);
  const { page } = window;
  await page.goto('/ticket/1');
  await page.getByLabel('Comment', { exact: true }).fill('Quickly said.');
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await page.getByRole('link', { name: 'View Tickets' }).click();
  await expect.poll(() => asked).toEqual(['beforeunload']);
  expect(new URL(page.url()).pathname).toBe('/ticket/1');
  await page.getByLabel('Comment', { exact: true }).press('Control+Enter');
  await page.waitForURL(/#comment:2$/);
  expect(await page.locator('[id="comment:2"]').innerText()).toContain('Quickly said.');
});

/** What is wrong with the element in focus: no visible mark, or something lies over it. `end`: nothing is in focus. */
async function faultOfFocus(page: Page): Promise<string> {
  const found = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { left = -1, top = -1, width = 0, height = 0 } = element.getClientRects()[0] ?? {};
    const above = document.elementFromPoint(left + Math.min(width / 2, 20), top + Math.min(height / 2, 20));
    const isFree = element.contains(above) || above?.contains(element);
    return {
      name: `${element.tagName} ${element.id || element.textContent?.trim().slice(0, 30)}`,
      outline: outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth),
      above: isFree ? '' : (above?.outerHTML.slice(0, 80) ?? 'the edge of the window'),
    };
  });
  if (!found) return 'end';
  if (found.outline < 2) return `${found.name}: its focus cannot be seen`;
  return found.above && `${found.name}: lies under ${found.above}`;
}

test.each([
  ['/newticket', 'ann'],
  ['/ticket/1', 'ann'],
  ['/query', 'ann'],
  ['/prefs', 'ann'],
  ['/admin/users', 'root'],
] as const)('on %s every stop of Tab is marked and lies free, narrow or wide', async (url, who) => {
  for (const width of [360, 1280]) {
    await using window = await openAs(who, width);
    const { page } = window;
    await page.goto(url);
    const faults: string[] = [];
    let stops = 0;
    for (; stops < 150; stops++) {
      await page.keyboard.press('Tab');
      const fault = await faultOfFocus(page);
      if (fault === 'end') break;
      if (fault) faults.push(fault);
    }
    expect({ faults, enough: stops > 8 && stops < 150 }).toEqual({ faults: [], enough: true });
  }
});

test('screen readers hear landmarks, headings and a name for every control', async () => {
  await using window = await openAs('ann', 1280);
  const { page } = window;
  for (const url of ['/ticket/1', '/newticket', '/query', '/prefs', '/login', '/about']) {
    await page.goto(url);
    const heard = await page.locator('body').ariaSnapshot();
    const nameless = heard
      .split('\n')
      .filter((line) => /- (?:textbox|combobox|button|link|radio|checkbox|searchbox)(?:$|:| \[)/.test(line));
    expect({ url, nameless }).toEqual({ url, nameless: [] });
    for (const landmark of ['banner', 'main', 'contentinfo'] as const) expect(await page.getByRole(landmark).count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
  }
  await page.goto('/ticket/1');
  for (const name of ['Main', 'Account']) expect(await page.getByRole('navigation', { name }).count()).toBe(1);
  for (const name of ['Properties', 'Description', 'Change history'])
    expect(await page.getByRole('heading', { name }).first().isVisible()).toBe(true);
  for (const name of ['Action', 'Properties']) expect(await page.getByRole('group', { name }).count()).toBe(1);
  expect(await page.getByRole('radio', { name: 'resolve' }).count()).toBe(1);
  expect(await page.getByRole('combobox', { name: /^resolve: / }).count()).toBe(1);
  expect(await page.getByRole('link', { name: 'Reply to comment 1' }).count()).toBe(1);
  expect(await page.getByRole('link', { name: 'Link to comment 1' }).count()).toBe(1);
  await page.getByLabel('Summary').fill('');
  await page.getByRole('button', { name: 'Submit changes' }).click();
  const alert = page.getByRole('alert', { name: /needs your attention/ });
  await alert.waitFor();
  await expect.poll(() => hasFocus(alert)).toBe(true);
});
