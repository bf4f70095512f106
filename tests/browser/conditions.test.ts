import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const INI = `[ticket-custom]
steps = textarea
steps.label = Steps to reproduce
steps.visible_if = type=defect
steps.required_if = type=defect
effort = text
effort.required_if = action=resolve
effort.group = Work
effort.visible_if = type!=defect
done = checkbox
done.value = 1
done.editable_if = summary~=ready&or&keywords~=ready
`;

const windows = useWindows();
let site: ServedSite;
beforeAll(async () => {
  site = await serveSite({ ini: INI });
  await site.addPerson('ann', 'Ann Example');
});
afterAll(() => site[Symbol.asyncDispose]());

async function openAs(name: string, more = {}): Promise<Window> {
  const window = await windows.open(site.url, more);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}

const steps = (page: Page) => page.getByLabel('Steps to reproduce');
const effort = (page: Page) => page.getByLabel('Effort');
const done = (page: Page) => page.getByLabel('Done', { exact: true });

describe('as one types', () => {
  test('fields come and go with the type, and so do their groups', async () => {
    await using window = await openAs('ann');
    const { page } = window;
    await page.goto('/newticket?type=task');
    expect([await steps(page).isVisible(), await effort(page).isVisible()]).toEqual([false, true]);
    await page.getByLabel('Type').selectOption('defect');
    expect([await steps(page).isVisible(), await effort(page).isVisible()]).toEqual([true, false]);
    expect(await steps(page).getAttribute('aria-required')).toBe('true');
    expect(await page.locator('fieldset', { hasText: 'Work' }).locator('legend', { hasText: 'Work' }).isVisible()).toBe(false);
    await steps(page).fill('One.');
    await page.getByLabel('Type').selectOption('task');
    await page.getByLabel('Type').selectOption('defect');
    expect(await steps(page).inputValue()).toBe('One.');
  });

  test('what is hidden is not sent, and the ticket is filed', async () => {
    await using window = await openAs('ann');
    const { page } = window;
    await page.goto('/newticket?type=defect');
    await page.getByLabel('Summary').fill('A task');
    await steps(page).fill('Not for a task.');
    await page.getByLabel('Type').selectOption('task');
    await page.getByRole('button', { name: 'Create ticket' }).click();
    await page.waitForURL(/\/ticket\/\d+$/);
    expect(await page.getByText('Not for a task.').count()).toBe(0);
  });

  test('a locked box is unlocked, and taking its mark away is an answer', async () => {
    await using window = await openAs('ann');
    const { page } = window;
    await page.goto('/newticket?type=task');
    expect([await done(page).isDisabled(), await done(page).isChecked()]).toEqual([true, true]);
    await page.getByLabel('Keywords').fill('it is READY');
    expect(await done(page).isDisabled()).toBe(false);
    await done(page).uncheck();
    await page.getByLabel('Summary').fill('Ready');
    await page.getByRole('button', { name: 'Create ticket' }).click();
    await page.waitForURL(/\/ticket\/\d+$/);
    const id = Number(/\d+$/.exec(page.url())?.[0]);
    const stored = await site.run('ann', ({ db }) => db('ticket_custom').where({ ticket: id, name: 'done' }).first('value'));
    expect(stored).toEqual({ value: '0' });
  });

  test('a field becomes required with the action', async () => {
    await using window = await openAs('ann');
    const { page } = window;
    const id = await site.submit('ann', undefined, { fields: { summary: 'x', type: 'task' } });
    await page.goto(`/ticket/${id}`);
    expect(await effort(page).getAttribute('aria-required')).toBeNull();
    await page.getByLabel('resolve', { exact: true }).check();
    expect(await effort(page).getAttribute('aria-required')).toBe('true');
    await page.getByLabel('leave', { exact: true }).check();
    expect(await effort(page).getAttribute('aria-required')).toBeNull();
  });
});

test('without JavaScript a preview does the same', async () => {
  await using window = await openAs('ann', { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/newticket?type=task');
  expect(await steps(page).isVisible()).toBe(false);
  await page.getByLabel('Summary').fill('A defect');
  await page.getByLabel('Type').selectOption('defect');
  await page.getByRole('button', { name: 'Preview' }).click();
  await steps(page).fill('One.');
  await page.getByRole('button', { name: 'Create ticket' }).click();
  await page.waitForURL(/\/ticket\/\d+$/);
  await page.getByRole('region', { name: 'Steps to reproduce' }).getByText('One.').waitFor();
});
