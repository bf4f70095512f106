import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function open(site: ServedSite, options: Parameters<typeof windows.open>[1] = {}): Promise<Window> {
  const window = await windows.open(site.url, options);
  await window.page.context().addCookies([...(await site.cookiesOf('root'))]);
  return window;
}
const names = (page: Page): Promise<string[]> => page.locator('table.vocabulary td:first-child a').allInnerTexts();

test('without JavaScript an administrator adds, orders, renames and deletes a priority, and chooses the default', async () => {
  await using site = await serveSite();
  await site.addPerson('root', 'Root', ['TRAC_ADMIN']);
  await site.submit('root', undefined, { fields: { summary: 'x', priority: 'trivial' } });
  await using window = await open(site, { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/admin/ticket/priorities');
  await page.getByLabel('Name').fill('  someday ');
  await press(page, 'Add');
  await page.getByText('The priority “someday” is added.').waitFor();
  await press(page, 'Move someday up');
  await press(page, 'Move someday up');
  expect(await names(page)).toEqual(['blocker', 'critical', 'major', 'someday', 'minor', 'trivial']);
  await page.getByLabel('someday by default').check();
  await press(page, 'Save the default');
  await page.getByText('New tickets begin with the priority “someday”.').waitFor();
  expect(await page.getByLabel('someday by default').isChecked()).toBe(true);
  await page.getByRole('link', { name: 'trivial', exact: true }).click();
  await page.getByLabel('Name').fill('tiny');
  await press(page, 'Save');
  await page.getByText('Saved. 1 ticket changed with its name.').waitFor();
  await page.getByRole('link', { name: 'tiny', exact: true }).click();
  await page.getByRole('link', { name: 'Delete tiny …' }).click();
  await page.getByText('One ticket has this priority.').waitFor();
  await page.getByLabel('Give another:').check();
  await page.getByLabel('Other priority').selectOption('minor');
  await press(page, 'Delete');
  await page.getByText('“tiny” is deleted. 1 ticket changed.').waitFor();
  await page.goto('/ticket/1');
  await page.getByText('The priority “trivial” is now called “tiny”.').waitFor();
  expect(await page.getByText('The priority “tiny” was deleted; “minor” takes its place.').count()).toBe(1);
});

test('the preview of a field follows the typing, and the saved field is on the form', async () => {
  await using site = await serveSite({ ini: '[ticket-custom]\nrisk = select\nrisk.options = low|high\n' });
  await site.addPerson('root', 'Root', ['TRAC_ADMIN']);
  await using window = await open(site);
  const { page } = window;
  await page.goto('/admin/ticket/fields?field=risk');
  const preview = page.locator('#field-preview');
  expect(await preview.locator('option').allInnerTexts()).toEqual(expect.arrayContaining(['low', 'high']));
  await page.getByLabel('Choices').fill('low|middling|high');
  await preview.locator('option', { hasText: 'middling' }).waitFor({ state: 'attached' });
  await page.getByLabel('Label', { exact: true }).fill('Danger');
  await preview.getByText('Danger').waitFor();
  await press(page, 'Save');
  await page.getByText('The field risk is saved.').waitFor();
  await site.service.reload();
  await page.goto('/newticket');
  await page.getByLabel('Danger').selectOption('middling');
});

test('merging asks first', async () => {
  await using site = await serveSite();
  await site.addPerson('root', 'Root', ['TRAC_ADMIN']);
  await using window = await open(site);
  const { page } = window;
  await page.goto('/admin/ticket/versions?value=1.0');
  await page.getByLabel('Its tickets get').selectOption('2.0');
  await press(page, 'Merge');
  await page.getByRole('dialog').getByText('Merge 1.0 into the other?').waitFor();
  await press(page, 'Go on');
  await page.getByText('“1.0” is merged into “2.0”').waitFor();
});
