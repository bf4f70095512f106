import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useWindows } from '../support/browser.ts';
import { PASSWORD, serveSite } from '../support/served-site.ts';

const windows = useWindows();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

test('everything works without JavaScript: login, preview, filing, reply, collision, refusal, resolution, preferences, logout', async () => {
  await using site = await serveSite();
  await site.addPerson('ann', 'Ann Droz', ['TICKET_MODIFY']);
  await site.addPerson('ben', 'Ben Lutz', ['TICKET_MODIFY']);
  await using window = await windows.open(site.url, { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/newticket');
  await page.getByRole('main').getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Log in');
  await page.waitForURL('**/newticket');

  await page.getByLabel('Summary').fill('No scripts here');
  await press(page, 'Preview');
  await page.getByText('not saved yet').waitFor();
  await press(page, 'Create ticket');
  await page.waitForURL('**/ticket/1');

  await page.getByLabel('Comment', { exact: true }).fill('First.');
  await press(page, 'Submit changes');
  await page.waitForURL('**/ticket/1#comment:1');
  await page.getByRole('link', { name: 'Reply to comment 1' }).click();
  const comment = page.getByLabel('Comment', { exact: true });
  expect(await comment.inputValue()).toContain('> First.');
  await comment.fill(`${await comment.inputValue()}Second.`);
  await site.submit('ben', 1, { action: 'leave', comment: 'In between.' });
  await press(page, 'Submit changes');
  await page.getByText('Somebody changed this ticket').first().waitFor();
  expect(await comment.inputValue()).toContain('Second.');
  await press(page, 'Submit changes');
  await page.waitForURL('**/ticket/1#comment:3');

  await page.getByLabel('Summary').fill('');
  await press(page, 'Submit changes');
  await page.getByRole('alert').getByRole('link').click();
  await page.getByLabel('Summary').fill('Still none');
  await page.getByRole('radio', { name: 'resolve' }).check();
  await press(page, 'Submit changes');
  await page.waitForURL('**/ticket/1#comment:4');
  expect(await page.title()).toMatch(/^#1 \(closed: fixed\) Still none/);

  await page.goto('/query');
  await page.locator('summary').click();
  await page.getByLabel('Status').selectOption('closed');
  await press(page, 'Apply');
  expect(await page.getByRole('link', { name: 'Still none' }).count()).toBe(1);

  await page.goto('/prefs');
  await page.getByLabel('Full name').fill('Ann Maria Droz');
  await press(page, 'Save');
  await page.getByText('Your preferences are saved.').waitFor();
  await press(page, 'Log out');
  await page.getByText('You are logged out.').waitFor();
});

test('an action that asks first asks in a dialog, and on a page of its own where there are no scripts', async () => {
  await using site = await serveSite({ ini: '[components]\ndelete-ticket.* = enabled\n' });
  await site.addPerson('root', 'Root Admin', ['TRAC_ADMIN']);
  for (const summary of ['One', 'Two']) await site.submit('root', undefined, { fields: { summary } });
  const cookies = await site.cookiesOf('root');
  await using plain = await windows.open(site.url, { javaScriptEnabled: false });
  await plain.page.context().addCookies(cookies);
  await plain.page.goto('/ticket/1');
  await plain.page.getByRole('radio', { name: 'delete' }).check();
  await press(plain.page, 'Submit changes');
  await plain.page.getByText('This cannot be undone').waitFor();
  expect(await plain.page.getByRole('link', { name: 'Cancel' }).getAttribute('href')).toBe('/ticket/1');
  await press(plain.page, 'Yes, delete');
  await plain.page.getByText('Ticket #1 is deleted.').waitFor();

  await using scripted = await windows.open(site.url);
  const { page } = scripted;
  await page.context().addCookies(cookies);
  await page.goto('/ticket/2');
  await page.getByRole('radio', { name: 'delete' }).check();
  await press(page, 'Submit changes');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(await page.getByRole('dialog').count()).toBe(0);
  await press(page, 'Submit changes');
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  await page.getByText('Ticket #2 is deleted.').waitFor();
});

test('texts are written in a plain control, previewed by its button, and explained on a page of their own', async () => {
  await using site = await serveSite();
  await site.addPerson('ann', 'Ann Droz', ['TICKET_MODIFY']);
  const id = await site.submit('ann', undefined, { fields: { summary: 'A' } });
  await using window = await windows.open(site.url, { javaScriptEnabled: false });
  const { page } = window;
  await page.context().addCookies([...(await site.cookiesOf('ann'))]);
  await page.goto(`/ticket/${id}`);
  expect(await page.getByRole('toolbar').count()).toBe(0);
  await page.getByLabel('Comment', { exact: true }).fill("'''bold'''");
  await press(page, 'Preview');
  await page.locator('.preview strong').getByText('bold').waitFor();
  await page.goto('/help/text');
  await page.getByRole('heading', { name: 'How texts are written' }).waitFor();
});
