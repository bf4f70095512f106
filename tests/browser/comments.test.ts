import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
let site: ServedSite;

const LONG = 75;

beforeAll(async () => {
  site = await serveSite();
  for (const [name, fullName, grants] of [
    ['ann', 'Ann Droz', ['TICKET_MODIFY', 'TICKET_CREATE']],
    ['ben', 'Ben Lutz', ['TICKET_MODIFY', 'TICKET_VIEW_INTERNAL']],
    ['boss', 'Bea Oss', ['TICKET_ADMIN']],
  ] as const)
    await site.addPerson(name, fullName, grants);
  await site.submit('ann', undefined, { fields: { summary: 'The clock is slow', description: 'Five minutes a day.' } });
  await site.submit('ann', undefined, { fields: { summary: 'A long story', description: 'It goes on.' } });
  for (let n = 1; n <= LONG; n++) await site.submit('ann', 2, { action: 'leave', comment: `Part ${n} of the story` });
});
afterAll(() => site[Symbol.asyncDispose]());

async function openAs(name: string, options: { readonly javaScriptEnabled?: boolean } = {}): Promise<Window> {
  const window = await windows.open(site.url, options);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}

const entry = (page: Page, number: number) => page.locator(`[id="comment:${number}"]`);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function comment(page: Page, text: string): Promise<void> {
  await page.getByLabel('Comment', { exact: true }).fill(text);
  await button(page, 'Submit changes').click();
  await page.waitForURL(/#comment:\d+$/);
}

test('one edits one’s own comment after a preview, others see what it was, and the administrator deletes it', async () => {
  await using first = await openAs('ann');
  const ann = first.page;
  await ann.goto('/ticket/1');
  await comment(ann, 'The spring is week.');
  await entry(ann, 1).getByRole('link', { name: 'Edit comment 1' }).click();
  const text = ann.getByLabel('Comment', { exact: true });
  expect(await text.inputValue()).toBe('The spring is week.');
  await text.fill('The spring is weak.');
  await button(ann, 'Preview').click();
  await ann.getByText('not saved yet').waitFor();
  expect(await ann.getByRole('region', { name: /Preview/ }).innerText()).toContain('weak');
  await button(ann, 'Save').click();
  await ann.waitForURL(/\/ticket\/1\?comment=1#comment:1$/);
  expect(await entry(ann, 1).innerText()).toMatch(/weak[\s\S]*Edited by Ann Droz/);

  await using second = await openAs('boss');
  const boss = second.page;
  await boss.goto('/ticket/1');
  await entry(boss, 1).getByRole('link', { name: 'Edited' }).click();
  await boss.getByRole('link', { name: 'What it changed' }).click();
  expect(await boss.locator('.diff del').allInnerTexts()).toEqual(['week']);
  expect(await boss.locator('.diff ins').allInnerTexts()).toEqual(['weak']);
  await boss.getByRole('link', { name: 'Side by side' }).click();
  expect(await boss.locator('.diff-sides').count()).toBe(1);
  await boss.getByRole('link', { name: 'In the ticket' }).click();
  await entry(boss, 1).getByRole('link', { name: 'Delete comment 1' }).click();
  await button(boss, 'Delete comment 1').click();
  await boss.waitForURL(/#comment:1$/);
  expect(await entry(boss, 1).innerText()).toContain('Comment deleted by Bea Oss');
  expect(await boss.content()).not.toContain('spring');
});

test('an internal comment is written with one mark, and only insiders see that it is there', async () => {
  await using first = await openAs('ben');
  const ben = first.page;
  await ben.goto('/ticket/1');
  await ben.getByLabel('Internal comment').check();
  await comment(ben, 'The customer has not paid.');
  const number = Number(new URL(ben.url()).hash.replace('#comment:', ''));
  expect(await entry(ben, number).innerText()).toMatch(/internal[\s\S]*not paid/i);
  await entry(ben, number)
    .getByRole('link', { name: /^Reply/ })
    .click();
  expect(await ben.getByLabel('Internal comment').isChecked()).toBe(true);

  await using second = await openAs('ann');
  const ann = second.page;
  await ann.goto('/ticket/1');
  expect(await entry(ann, number).count()).toBe(0);
  expect(await ann.getByLabel('Internal comment').count()).toBe(0);
  expect(await ann.content()).not.toContain('not paid');
});

test('answers stand below what they answer, and the order chosen is kept', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await site.submit('ann', undefined, { fields: { summary: 'Threads' } });
  await site.submit('ann', 3, { action: 'leave', comment: 'one' });
  await site.submit('ann', 3, { action: 'leave', comment: 'two' });
  await site.submit('ann', 3, { action: 'leave', comment: 'three', replyTo: '1' });
  await page.goto('/ticket/3');
  const numbers = () => page.locator('.entry .permalink').allInnerTexts();
  expect(await numbers()).toEqual(['1', '2', '3']);
  await page.getByRole('link', { name: 'Threads' }).click();
  expect(await numbers()).toEqual(['1', '3', '2']);
  const indent = (number: number) => entry(page, number).evaluate((element) => element.getBoundingClientRect().left);
  expect(await indent(3)).toBeGreaterThan(await indent(1));
  await page.getByRole('link', { name: 'Newest first' }).click();
  await page.goto('/ticket/3');
  expect(await numbers()).toEqual(['3', '2', '1']);
  expect(await page.locator('.history-orders [aria-current]').innerText()).toBe('Newest first');
  await page.getByRole('link', { name: 'Oldest first' }).click();
});

test('a link to any comment of a long ticket leads there, and the rest comes on a click', async () => {
  await using window = await openAs('ann');
  const { page } = window;
  await page.goto('/ticket/2');
  expect(await page.locator('.entry').count()).toBeLessThan(LONG);
  await page.goto('/ticket/2#comment:3');
  await page.reload();
  await entry(page, 3).waitFor();
  await page.waitForFunction(() => {
    const element = document.getElementById('comment:3');
    return element?.matches(':target') && element.getBoundingClientRect().top < innerHeight;
  });
  expect(await page.locator('.gap').count()).toBe(1);
  await page.getByRole('link', { name: /^Show \d+ more$/ }).click();
  await entry(page, 40).waitFor();
  expect(await page.locator('.gap').count()).toBe(0);
  const shown = await page.locator('.entry .permalink').allInnerTexts();
  expect(shown).toEqual(Array.from({ length: LONG }, (_, n) => String(n + 1)));
  await page.evaluate(() => {
    location.hash = '#comment:60';
  });
  await page.waitForFunction(() => document.getElementById('comment:60')?.matches(':target'));
});

test('without scripts the same links lead to pages that show the rest', async () => {
  await using window = await openAs('ann', { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/ticket/2');
  const before = await page.locator('.entry').count();
  await page.getByRole('link', { name: /^Show \d+ more$/ }).click();
  const after = await page.locator('.entry').count();
  expect(after).toBeGreaterThan(before);
  await page.goto('/ticket/2?comment=3#comment:3');
  expect(await entry(page, 3).innerText()).toContain('Part 3 of the story');
});

test('versions, differences and all changes fit a phone', async () => {
  await using window = await windows.open(site.url, { viewport: { width: 320, height: 640 } });
  const { page } = window;
  await site.submit('boss', 2, { action: 'leave', fields: { description: 'It goes on and on.\nAnd on.' } });
  for (const path of [
    '/ticket/2?version=0',
    '/ticket/2?action=history',
    `/ticket/2?action=diff&version=${LONG + 1}`,
    '/changes',
    '/ticket/2',
  ]) {
    await page.goto(path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect([path, overflow]).toEqual([path, 0]);
  }
});
