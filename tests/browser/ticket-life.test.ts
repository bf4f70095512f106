import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { PASSWORD, type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const status = (page: Page) => page.locator('.ticket-head .status');
const entry = (page: Page, number: number) => page.locator(`[id="comment:${number}"]`);

async function submit(page: Page): Promise<void> {
  await button(page, 'Submit changes').click();
  await page.waitForURL(/\/ticket\/\d+(?:#comment:\d+)?$/);
}

/** Sets name and password at a one-time link; `name` only where the link leaves it open. */
async function follow(page: Page, link: string, fullName: string, name?: string): Promise<void> {
  await page.goto(link);
  if (name !== undefined) await page.getByLabel('Name to log in with').fill(name);
  await page.getByLabel('Full name').fill(fullName);
  await page.getByLabel('E-mail address').fill(`${fullName.split(' ')[0]?.toLowerCase()}@example.org`);
  await page.getByLabel('Password', { exact: false }).first().fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await button(page, 'Create account').click();
  await page.getByText(`Welcome, ${fullName}.`).waitFor();
}

/** Makes a link at /admin/users and reads it off the page. */
async function invite(page: Page, name: string, groups: string): Promise<string> {
  await page.goto('/admin/users');
  await page.getByLabel('Name to log in with').fill(name);
  await page.getByRole('textbox', { name: 'Groups' }).fill(groups);
  await button(page, 'Make a link').click();
  return page.getByLabel('One-time link').inputValue();
}

async function openAs(site: ServedSite, name: string): Promise<Window> {
  const window = await windows.open(site.url);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}

/** A site with three people who may change tickets, and one ticket of Ann's. */
async function siteWithTicket(dialect: 'sqlite' | 'postgres', ini = ''): Promise<ServedSite> {
  const site = await serveSite({ dialect, ini });
  await site.grant('developers', 'TICKET_MODIFY');
  for (const [name, fullName] of [
    ['ann', 'Ann Droz'],
    ['ben', 'Ben Lutz'],
    ['cleo', 'Cleo Marti'],
  ] as const)
    await site.addPerson(name, fullName, ['developers']);
  await site.submit('ann', undefined, { fields: { summary: 'The clock is slow', description: 'Five minutes a day.' } });
  return site;
}

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('the first administrator comes in by the link, invites two people, and a ticket goes through its states', async () => {
    await using site = await serveSite({ dialect });
    await using first = await windows.open(site.url);
    await using second = await windows.open(site.url);
    await using third = await windows.open(site.url);
    const [ann, ben, cleo] = [first.page, second.page, third.page];

    const link = (await site.firstLink()) ?? '';
    await follow(ann, link, 'Ann Droz', 'ann');
    expect(await site.firstLink()).toBeUndefined();

    await ann.goto('/admin/users');
    await ann.getByLabel('Who').fill('developers');
    await ann.getByLabel('Permission or group').fill('TICKET_MODIFY');
    await button(ann, 'Give').click();
    await ann.getByText('developers now has TICKET_MODIFY.').waitFor();
    await follow(ben, await invite(ann, 'ben', 'developers'), 'Ben Lutz');
    await follow(cleo, await invite(ann, '', 'developers'), 'Cleo Marti', 'cleo');

    // Ann looks at a preview, then files it.
    await ann.getByRole('link', { name: 'New Ticket' }).click();
    await ann.getByLabel('Summary').fill('The clock is slow');
    await ann.getByLabel('Description').fill('Five minutes a day.\nSee #1.');
    await button(ann, 'Preview').click();
    await ann.getByText('not saved yet').waitFor();
    expect(await ann.getByLabel('Summary').inputValue()).toBe('The clock is slow');
    await button(ann, 'Create ticket').click();
    await ann.waitForURL('**/ticket/1');
    expect(await ann.title()).toMatch(/^#1 \(new\) The clock is slow/);

    // Ben gives it to Cleo, Cleo takes it, answers with a quote and resolves it, Ann opens it again.
    await ben.goto('/ticket/1');
    await ben.getByRole('radio', { name: 'reassign' }).check();
    await ben
      .locator('.action', { has: ben.getByRole('radio', { name: 'reassign' }) })
      .getByRole('textbox')
      .fill('cleo');
    await ben.getByLabel('Comment', { exact: true }).fill('Cleo knows clocks.');
    await submit(ben);
    expect(await status(ben).innerText()).toBe('assigned');

    await cleo.goto('/query');
    await cleo.getByRole('link', { name: 'My tickets' }).click();
    await cleo.getByRole('link', { name: 'The clock is slow' }).click();
    await cleo.getByRole('radio', { name: 'accept' }).check();
    await submit(cleo);
    expect(await status(cleo).innerText()).toBe('accepted');

    await entry(cleo, 1).getByRole('link', { name: 'Reply to comment 1' }).click();
    const comment = cleo.getByLabel('Comment', { exact: true });
    expect(await comment.inputValue()).toContain('> Cleo knows clocks.');
    await comment.fill(`${await comment.inputValue()}I oiled it.`);
    await cleo.getByRole('radio', { name: 'resolve' }).check();
    await cleo
      .locator('.action', { has: cleo.getByRole('radio', { name: 'resolve' }) })
      .getByRole('combobox')
      .selectOption('worksforme');
    await button(cleo, 'Preview').click();
    const preview = cleo.getByRole('region', { name: /Preview/ });
    expect((await preview.locator('blockquote').innerText()).trim()).toBe('Cleo knows clocks.');
    expect(await preview.innerText()).toContain('worksforme');
    expect(await status(cleo).innerText()).toBe('accepted');
    await submit(cleo);
    expect(await status(cleo).innerText()).toBe('closed');
    expect(await entry(cleo, 3).innerText()).toContain('in reply to comment 1');
    expect(await cleo.title()).toMatch(/^#1 \(closed: worksforme\)/);

    await ann.goto('/query');
    expect(await ann.getByRole('link', { name: 'The clock is slow' }).count()).toBe(0);
    await ann.goto('/ticket/1');
    await ann.getByRole('radio', { name: 'reopen' }).check();
    await ann.getByLabel('Comment', { exact: true }).fill('It is slow again.');
    await submit(ann);
    expect(await status(ann).innerText()).toBe('reopened');
    const who = await ann.locator('.entry .author').allInnerTexts();
    expect(who).toEqual(['Ben Lutz', 'Cleo Marti', 'Cleo Marti', 'Ann Droz']);

    await button(ann, 'Log out').click();
    await ann.getByText('You are logged out.').waitFor();
    await ann.goto('/prefs');
    expect(new URL(ann.url()).pathname).toBe('/login');
  });

  test('of two people who write at once the second sees what the first changed and loses nothing', async () => {
    // Told of it, the second one's form would follow (live.js), and nothing would collide.
    await using site = await siteWithTicket(dialect, '[components]\nlive.* = disabled\n');
    await using first = await openAs(site, 'ben');
    await using second = await openAs(site, 'cleo');
    const [ben, cleo] = [first.page, second.page];
    await Promise.all([ben.goto('/ticket/1'), cleo.goto('/ticket/1')]);
    await ben.getByLabel('Comment', { exact: true }).fill('I was faster.');
    await ben.getByLabel('Priority').selectOption('blocker');
    await submit(ben);

    await cleo.getByLabel('Comment', { exact: true }).fill('Mine took longer to write.');
    await cleo.getByLabel('Keywords').fill('time');
    await cleo.getByRole('radio', { name: 'accept' }).check();
    await button(cleo, 'Submit changes').click();
    await cleo.getByText('Somebody changed this ticket').first().waitFor();
    await cleo.getByRole('alert').getByRole('link').click();
    const news = cleo.locator('.collision');
    expect(await news.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await news.innerText()).toContain('I was faster.');
    expect(await news.innerText()).toContain('blocker');
    expect(await cleo.getByLabel('Comment', { exact: true }).inputValue()).toBe('Mine took longer to write.');
    expect(await cleo.getByLabel('Keywords').inputValue()).toBe('time');
    expect(await cleo.getByRole('radio', { name: 'accept' }).isChecked()).toBe(true);
    await submit(cleo);
    const page = await cleo.locator('main').innerText();
    expect(page).toContain('Mine took longer to write.');
    expect(await cleo.locator('.properties').innerText()).toMatch(/Priority\s+blocker/);
    expect(await cleo.locator('.properties').innerText()).toMatch(/Keywords\s+time/);
    expect(await status(cleo).innerText()).toBe('accepted');
  });

  test('a refused form comes back filled in, each problem at its field', async () => {
    await using site = await siteWithTicket(dialect, '[ticket]\nmax_summary_size = 20\n');
    await using window = await openAs(site, 'ben');
    const { page } = window;
    await page.goto('/newticket');
    await page.getByLabel('Summary').fill('A summary that is longer than twenty characters');
    await page.getByLabel('Description').fill('<b>Kept</b> as typed &amp; all');
    await page.getByLabel('Priority').selectOption('trivial');
    await button(page, 'Create ticket').click();
    const summary = page.getByLabel('Summary');
    await page.getByText('One thing needs your attention').waitFor();
    expect(await summary.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator(`#${await summary.getAttribute('aria-describedby')}`).innerText()).toContain('20');
    expect(await summary.inputValue()).toBe('A summary that is longer than twenty characters');
    expect(await page.getByLabel('Description').inputValue()).toBe('<b>Kept</b> as typed &amp; all');
    expect(await page.getByLabel('Priority').inputValue()).toBe('trivial');
    await page.getByRole('alert').getByRole('link').click();
    expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true);
    await summary.fill('Short enough');
    await button(page, 'Create ticket').click();
    await page.waitForURL('**/ticket/2');
    expect(await page.locator('#description').innerText()).toContain('<b>Kept</b> as typed &amp; all');
  });
});
