import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
let site: ServedSite;
beforeAll(async () => {
  site = await serveSite({ ini: '[live]\ninterval = 0.2\n\n[ticket-custom]\nplatform = text\nurgent = checkbox\n' });
  for (const [name, fullName] of [
    ['ann', 'Ann Example'],
    ['bob', 'Bob Builder'],
  ] as const)
    await site.addPerson(name, fullName, ['TICKET_MODIFY', 'TICKET_CREATE']);
});
afterAll(() => site[Symbol.asyncDispose]());

async function openAs(name: string, more = {}): Promise<Window> {
  const window = await windows.open(site.url, more);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}
const file = () => site.submit('ann', undefined, { fields: { summary: 'Basket is empty', platform: 'linux' } });
const notice = (page: Page) => page.locator('.live-notice p');
const versionOf = (page: Page) => page.locator('input[name="view_time"]').inputValue();
/** Opens a ticket and waits until it listens. */
async function openTicket(page: Page, id: number): Promise<void> {
  const listening = page.waitForRequest((request) => request.url().includes('/events'));
  await page.goto(`/ticket/${id}`);
  await listening;
}

test('a change shows on the open page, and the form follows, so that what one types goes through', async () => {
  const id = await file();
  await using window = await openAs('ann');
  const { page } = window;
  await openTicket(page, id);
  await page.getByLabel('Comment', { exact: true }).fill('My thoughts');
  // As a file that was uploaded adds it.
  await page.evaluate(() => {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'draft', value: 'x', checked: true });
    document.querySelector('.ticket-form')?.prepend(box);
  });
  await site.submit('bob', id, { action: 'accept', fields: { platform: 'mac', urgent: '1', priority: 'minor' } });
  await notice(page).getByText('Changed by Bob Builder').waitFor();
  expect(await notice(page).textContent()).toMatch(
    /Status: new → accepted.*Platform: linux → mac|Platform: linux → mac.*Status: new → accepted/,
  );
  await expect.poll(() => versionOf(page)).toBe('2');
  expect(await page.getByLabel('Platform').inputValue()).toBe('mac');
  expect(await page.getByLabel('Urgent').isChecked()).toBe(true);
  expect(await page.getByLabel('Priority').inputValue()).toBe('minor');
  expect(await page.getByLabel('Comment', { exact: true }).inputValue()).toBe('My thoughts');
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.getByText('My thoughts').first().waitFor();
  expect(await page.locator('.collision').count()).toBe(0);
  const after = await site.run('ann', (ctx) => ctx.db('ticket_custom').where({ ticket: id, name: 'platform' }).first('value'));
  expect(after).toEqual({ value: 'mac' });
});

test('where the person changed the same field the form stays, and both are shown when it is sent', async () => {
  const id = await file();
  await using window = await openAs('ann');
  const { page } = window;
  await openTicket(page, id);
  await page.getByLabel('Platform').fill('windows');
  await site.submit('bob', id, { action: 'leave', fields: { platform: 'mac' }, comment: 'It is a mac' });
  await notice(page).getByText('you will be shown both').waitFor();
  expect(await versionOf(page)).toBe('1');
  expect(await page.getByLabel('Platform').inputValue()).toBe('windows');
  await page.getByRole('button', { name: 'Submit changes' }).click();
  await page.getByRole('heading', { name: 'Changed while you were writing' }).waitFor();
  expect(await page.getByLabel('Platform').inputValue()).toBe('windows');
});

test('an action that was chosen is not taken away, and another field that was changed stays as it is', async () => {
  const id = await file();
  await using window = await openAs('ann');
  const { page } = window;
  await openTicket(page, id);
  await page.getByLabel('Platform').fill('windows');
  await page.getByRole('radio', { name: 'resolve' }).check();
  await site.submit('bob', id, { action: 'leave', fields: { priority: 'minor' } });
  await expect.poll(() => versionOf(page)).toBe('2');
  expect(await page.getByLabel('Platform').inputValue()).toBe('windows');
  expect(await page.getByRole('radio', { name: 'resolve' }).isChecked()).toBe(true);
  await site.submit('bob', id, { action: 'accept' });
  await expect.poll(() => versionOf(page)).toBe('3');
  await site.submit('bob', id, { action: 'resolve' });
  await notice(page).getByText('you will be shown both').waitFor();
  expect(await versionOf(page)).toBe('3');
  expect(await page.getByRole('radio', { name: 'resolve' }).isChecked()).toBe(true);
});

test('the notice leads to the change, and is told to screen readers without a shout', async () => {
  const id = await file();
  await using window = await openAs('ann', { viewport: { width: 320, height: 640 } });
  const { page } = window;
  await openTicket(page, id);
  const region = page.getByRole('status').filter({ hasText: 'commented' });
  await site.submit('bob', id, { action: 'leave', comment: 'Look at <b>this</b>' });
  await region.waitFor();
  expect(await notice(page).textContent()).toBe('Bob Builder commented. Show');
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await notice(page).getByRole('link', { name: 'Show' }).press('Enter');
  await page.locator('#comment\\:1').waitFor();
  expect(page.url()).toMatch(/#comment:1$/);
});

test('a page that came up to date by itself asks nothing when one leaves it', async () => {
  const id = await file();
  await using window = await openAs('ann');
  const { page } = window;
  await openTicket(page, id);
  await site.submit('bob', id, { action: 'leave', fields: { platform: 'mac' } });
  await expect.poll(() => versionOf(page)).toBe('2');
  let asked = 0;
  page.on('dialog', (dialog) => {
    asked += 1;
    void dialog.accept();
  });
  await page.getByLabel('Platform').focus();
  await page.goto('/query');
  expect(asked).toBe(0);
});

test('a page whose person logs out elsewhere says so and tells nothing more', async () => {
  const id = await file();
  await using window = await openAs('ann');
  const { page } = window;
  await openTicket(page, id);
  await site.run('ann', (ctx) => ctx.db('session').where({ account: 'ann' }).delete());
  await site.submit('bob', id, { action: 'leave', comment: 'unseen' });
  await notice(page).getByText('You are no longer logged in').waitFor();
  expect(await page.getByText('unseen').count()).toBe(0);
});
