import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from '../support/axe.ts';
import { useWindows, type Window } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
const INI = `[ticket-custom]
done = percent
cost = money
cost.currency = CHF
points = number
points.min = 1
sites = checkbox-set
sites.options = Bern|Basel
golive = date
outage = datetime
effort = duration
tester = user
watchers = user-list
blocker = ticket
parts = ticket-list
source = url
contact = email
`;
const FIELDS = {
  summary: 'Everything',
  done: '40',
  cost: '1250.50',
  points: '3',
  sites: ['Bern'],
  golive: '2026-03-31',
  outage: '2026-03-31 17:00',
  effort: '1d 2h',
  tester: 'ben',
  watchers: 'ann, ben',
  blocker: '#1',
  parts: '#1',
  source: 'https://example.org/a',
  contact: 'joe@example.org',
};

let site: ServedSite;
let everything: number;
beforeAll(async () => {
  site = await serveSite({ ini: INI });
  for (let number = 0; number < 60; number++)
    await site.run('root', (ctx) => ctx.db('account').insert({ name: `crowd${number}`, created: 0 }));
  await site.addPerson('ann', 'Ann Droz', ['TICKET_MODIFY']);
  await site.addPerson('ben', 'Ben Lutz', ['TICKET_MODIFY']);
  await site.submit('ann', undefined, { fields: { summary: 'The printer jams' } });
  everything = await site.submit('ann', undefined, { fields: FIELDS });
});
afterAll(() => site?.[Symbol.asyncDispose]());

async function windowOf(name: string): Promise<Window> {
  const window = await windows.open(site.url);
  await window.page.context().addCookies([...(await site.cookiesOf(name))]);
  return window;
}

const offered = (page: Page, name: string): Promise<readonly string[]> =>
  page
    .locator(`input[name="field_${name}"]`)
    .evaluate((input) => [...((input as HTMLInputElement).list?.options ?? [])].map(({ value }) => value));

test('every type is drawn so that axe finds nothing, in the form and in the properties', async () => {
  await using ann = await windowOf('ann');
  for (const address of ['/newticket', `/ticket/${everything}`]) {
    await ann.page.goto(address);
    expect(await violations(ann.page)).toEqual([]);
  }
  expect(await ann.page.locator('progress').getAttribute('value')).toBe('40');
  await ann.page.getByRole('link', { name: 'https://example.org/a' }).waitFor();
});

test('sending a form back as it came changes nothing', async () => {
  await using ann = await windowOf('ann');
  await ann.page.goto(`/ticket/${everything}`);
  await ann.page.getByRole('button', { name: 'Preview' }).click();
  await ann.page.getByText('Nothing would change.').waitFor();
});

test('people and tickets are proposed while one types, in a list behind the last comma', async () => {
  await using ann = await windowOf('ann');
  const { page } = ann;
  await page.goto('/newticket');
  await page.getByLabel('Tester').pressSequentially('lu');
  await expect.poll(() => offered(page, 'tester')).toEqual(['ben']);
  await page.getByLabel('Watchers').pressSequentially('joe, an');
  await expect.poll(() => offered(page, 'watchers')).toEqual(['joe, ann']);
  await page.getByLabel('Blocker').pressSequentially('printer');
  await expect.poll(() => offered(page, 'blocker')).toEqual(['#1']);
});
