import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
let site: ServedSite;
beforeAll(async () => {
  site = await serveSite({});
  await site.addPerson('ann', 'Ann Example');
  for (const summary of ['Basket empties itself after logging in', 'Basket is <i>slow</i>', 'Printer prints nothing'])
    await site.submit('ann', undefined, { fields: { summary } });
});
afterAll(() => site[Symbol.asyncDispose]());

async function openAs(name: string, more = {}): Promise<Window> {
  const window = await windows.open(site.url, more);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}
const summary = (page: Page) => page.getByLabel('Summary');
const panel = (page: Page) => page.locator('.panel', { has: page.locator('[data-similar]') });

test('while a summary is typed the tickets that say the same appear below it, and go with it', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/newticket');
  expect(await panel(page).isVisible()).toBe(false);
  await summary(page).pressSequentially('After logging in the basket is empty');
  await panel(page).waitFor();
  await page.getByText('2 tickets are similar.').waitFor();
  const link = panel(page).getByRole('link').first();
  expect([await link.textContent(), await link.getAttribute('target')]).toEqual([
    '#1 Basket empties itself after logging in (opens in a new tab)',
    '_blank',
  ]);
  const [field, shown] = [await summary(page).boundingBox(), await panel(page).boundingBox()];
  expect((shown?.y ?? 0) > (field?.y ?? 0)).toBe(true);
  await summary(page).fill('Printing: the printer gives nothing');
  await page.getByText('One ticket is similar.').waitFor();
  await summary(page).fill('Quixotic');
  await panel(page).waitFor({ state: 'hidden' });
  await summary(page).fill('Basket is slow');
  await panel(page).getByRole('link', { name: '#2 Basket is <i>slow</i>' }).waitFor();
  await summary(page).fill('');
  await panel(page).waitFor({ state: 'hidden' });
});

test('the ticket opens beside the form, which keeps what was typed, and filing is as ever', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/newticket');
  await summary(page).pressSequentially('The printer prints nothing at all');
  const opened = page.context().waitForEvent('page');
  await panel(page).getByRole('link').first().click();
  const other = await opened;
  await other.waitForURL(/\/ticket\/3$/);
  await other.close();
  expect(await summary(page).inputValue()).toBe('The printer prints nothing at all');
  await page.getByRole('button', { name: 'Create ticket' }).click();
  await page.waitForURL(/\/ticket\/\d+$/);
});

test('without scripts the preview shows them', async () => {
  await using window = await openAs('ann', { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/newticket');
  await summary(page).fill('The printer gives nothing');
  await page.getByRole('button', { name: 'Preview' }).click();
  await panel(page).getByRole('link', { name: '#3 Printer prints nothing' }).waitFor();
});
