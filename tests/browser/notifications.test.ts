import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { IUserService } from '../../core/security/extension-points.ts';
import { IMailTokens } from '../../plugins/notifications/tokens.ts';
import { overflow, violations } from '../support/axe.ts';
import { useWindows } from '../support/browser.ts';
import { startMailServer } from '../support/mail-server.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();

async function open(site: ServedSite, name: string) {
  const window = await windows.open(site.url, { javaScriptEnabled: false });
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}

/** What stands in the way of people, and whether the page fits a narrow screen. */
async function faultsOf(site: ServedSite, name: string, path: string): Promise<readonly string[]> {
  await using window = await windows.open(site.url, { viewport: { width: 320, height: 640 }, bypassCSP: true });
  const { page } = window;
  await page.context().addCookies([...(await site.cookiesOf(name))]);
  await page.goto(path);
  const wide = (await overflow(page)) > 0;
  return [...(await violations(page)), ...(wide ? ['wider than the screen'] : [])];
}

async function until<T>(find: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = find();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error('it never came to that');
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

test('without JavaScript somebody watches a ticket, gets a mail, and stops these by a link without being logged in', async () => {
  await using server = await startMailServer();
  await using site = await serveSite({
    ini: `[notification]\nsmtp_enabled = yes\nsmtp_server = 127.0.0.1\nsmtp_port = ${server.port}\nsmtp_from = t@example.org\n`,
  });
  await site.addPerson('root', 'Root', ['TRAC_ADMIN']);
  await site.addPerson('ann', 'Ann Ash', []);
  await site.run('root', (ctx) => site.service.site.get(IUserService).update(ctx, 'ann', { email: 'ann@example.org' }));
  const id = await site.submit('root', undefined, { fields: { summary: 'Dark mode' } });
  await using window = await open(site, 'ann');
  const { page } = window;
  await page.goto(`/ticket/${id}`);
  await press(page, 'Watch');
  await page.getByText('You watch this ticket').waitFor();
  await page.goto('/prefs');
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('heading', { name: 'Notifications', level: 1 }).waitFor();
  await page.getByLabel('my own changes').selectOption('Never, whatever else applies');
  await page.getByLabel('Quiet hours from').fill('later');
  await press(page, 'Save');
  await page.getByRole('link', { name: 'Write a time of day as 22:00.' }).waitFor();
  expect(await page.getByLabel('my own changes').inputValue()).toBe('never');
  await page.getByLabel('Quiet hours from').fill('');
  await press(page, 'Save');
  await page.getByText('Saved. It holds from the next change on.').waitFor();
  await site.submit('root', id, { action: 'leave', comment: 'Here is a first draft.' });
  const mail = await until(() => server.mails.find(({ to }) => to.includes('ann@example.org')));
  expect(mail.parsed.text).toContain('Here is a first draft.');
  expect(mail.parsed.html).toContain('Here is a first draft.');
  const link = `/notifications/stop/${await site.service.site.get(IMailTokens).sign({ account: 'ann', ticket: id })}`;
  await using other = await windows.open(site.url, { javaScriptEnabled: false });
  await other.page.goto(link);
  await press(other.page, 'No more mails');
  await other.page.getByText(`You get no more mails on ticket #${id}.`).waitFor();
  await page.goto(`/ticket/${id}`);
  await page.getByRole('button', { name: 'Hear of it again' }).waitFor();
  await page.goto('/prefs/notifications');
  await page.getByRole('button', { name: `Hear again of #${id}` }).waitFor();
  expect(await faultsOf(site, 'ann', link)).toEqual([]);
  for (const path of ['/prefs/notifications', `/ticket/${id}`]) expect(await faultsOf(site, 'ann', path), path).toEqual([]);
  expect(await faultsOf(site, 'root', '/admin/notifications/queue')).toEqual([]);
});
