import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IOneTimeLinks } from '../../core/security/extension-points.ts';
import { overflow, violations } from '../support/axe.ts';
import { useWindows } from '../support/browser.ts';
import { type ServedSite, serveSite } from '../support/served-site.ts';

const windows = useWindows();
const WORD = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';

/** Fields of every type, with help, in a group, and with names longer than a phone is wide. */
const INI = `[project]
name = The Bookshop
[ticket]
max_summary_size = 500
[ticket-custom]
customer = text
customer.order = 1
risk = select
risk.options = |low|medium|high
risk.order = 2
due = time
due.format = date
due.order = 3
seen = time
seen.format = datetime
seen.order = 4
regression = checkbox
regression.order = 5
impact = radio
impact.options = cosmetic|annoying|blocking
impact.order = 6
notes = textarea
notes.label = ${WORD}
notes.order = 7
[tickett]
x = a section that does not exist, for the banner
`;

let site: ServedSite;
let invitation: string;

beforeAll(async () => {
  site = await serveSite({ ini: INI });
  await site.addPerson('root', 'Root Admin', ['TRAC_ADMIN']);
  await site.addPerson('ann', 'Ann Droz', ['TICKET_MODIFY']);
  await site.addPerson('ben', 'Ben Lutz', ['TICKET_ADMIN']);
  await site.grant('anonymous', 'TICKET_CREATE');
  const description = `${WORD}${WORD}\n\nhttps://example.org/${'a'.repeat(150)}\n\n  code   with blanks\n> quoted\n> > deeper\n\n#1`;
  const fields = { summary: `A crash with ${WORD}${WORD}`, description, keywords: WORD, cc: `ann, ben, ${WORD}@example.org` };
  const one = await site.submit('ann', undefined, { fields });
  await site.submit('ben', one, { action: 'leave', comment: WORD, fields: { description: 'Much\nshorter.', keywords: '' } });
  await site.submit('ann', one, { action: 'accept', comment: '> quoted\n\nI shall look at it.', replyTo: '1' });
  await site.submit('ann', undefined, { fields: { summary: 'Another' } });
  await site.submit('ann', 2, { action: 'resolve', inputs: { resolution: 'fixed' } });
  await site.submit('ann', undefined, { fields: { summary: 'Contested' } });
  await site.run('root', async ({ db }) => {
    const hook = {
      secret: 'x',
      events: 'ticket.created,ticket.changed',
      run_as: 'anonymous',
      created: 1,
      enabled: false,
      failures: 10,
    };
    const url = `https://example.org/${'a'.repeat(90)}`;
    await db('webhook').insert({ ...hook, name: WORD, url, trouble: 'The other side answered 500.' });
    const attempt = { webhook: 1, time: Date.now() * 1000, delivery: 'x', attempt: 1, duration: 12, message: '{"ticket":1}' };
    await db('webhook_delivery').insert({ ...attempt, event: 'ticket.created', status: 200, reply: WORD + WORD });
    await db('webhook_delivery').insert({ ...attempt, event: 'ticket.changed', error: `No answer from ${WORD}.` });
  });
  invitation = await site.run('root', (ctx) =>
    site.service.site.get(IOneTimeLinks).issue(ctx, { purpose: 'invite', account: '', grants: [] }),
  );
});
afterAll(() => site?.[Symbol.asyncDispose]());

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

interface Shown {
  readonly who?: string;
  readonly visit: (page: Page) => Promise<unknown>;
  /** What must be there, so that the right page is judged. */
  readonly sign: string;
}

const at = (url: string) => (page: Page) => page.goto(url);

const PAGES: Readonly<Record<string, Shown>> = {
  'the login form': { visit: at('/login'), sign: 'h1:text("Log in")' },
  'a refused login': {
    visit: async (page) => {
      await page.goto('/login');
      await page.getByLabel('Name').fill('nobody');
      await page.getByLabel('Password').fill('wrong');
      await press(page, 'Log in');
    },
    sign: '.problem',
  },
  'an invitation': { visit: (page) => page.goto(`/invite/${invitation}`), sign: 'h1:text("Set up your account")' },
  'a new ticket': { who: 'ann', visit: at('/newticket'), sign: 'h1:text("New ticket")' },
  'a new ticket of a stranger': { visit: at('/newticket'), sign: 'h1:text("New ticket")' },
  'a new ticket with problems': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/newticket');
      await press(page, 'Create ticket');
    },
    sign: '.problem-summary',
  },
  'a preview of a new ticket': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/newticket');
      await page.getByLabel('Summary').fill(WORD);
      await page.getByLabel('Description').fill('See #1.');
      await press(page, 'Preview');
    },
    sign: '.preview',
  },
  'a ticket with history': { who: 'ann', visit: at('/ticket/1'), sign: '.timeline' },
  'a ticket as strangers see it': { visit: at('/ticket/1'), sign: '.timeline' },
  'a closed ticket': { who: 'ann', visit: at('/ticket/2'), sign: '.status-closed' },
  'a reply': { who: 'ann', visit: at('/ticket/1?replyto=1#comment'), sign: '#comment' },
  'a ticket with problems': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/ticket/1');
      await page.getByLabel('Summary').fill('');
      await page.getByLabel('Due').evaluate((input) => input.setAttribute('type', 'text'));
      await page.getByLabel('Due').fill('the day after tomorrow or so');
      await press(page, 'Submit changes');
    },
    sign: '.problem-summary',
  },
  'a preview of a change': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/ticket/1');
      await page.getByLabel('Comment', { exact: true }).fill('> quoted\n\nText.');
      await page.getByRole('radio', { name: 'resolve' }).check();
      await press(page, 'Preview');
    },
    sign: '.preview',
  },
  'a collision': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/ticket/3');
      await page.getByLabel('Comment', { exact: true }).fill('Mine.');
      // Both change it: else the open page takes over what others changed (live.js).
      await page.getByLabel('Keywords').fill('y');
      await site.submit('ben', 3, { action: 'leave', comment: 'Faster.', fields: { keywords: 'x' } });
      await press(page, 'Submit changes');
    },
    sign: '.collision',
  },
  'the list': { who: 'ann', visit: at('/query'), sign: 'table.tickets' },
  'the list with its filters open': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/query?status=!closed&owner=!ann');
      await page.locator('summary').click();
    },
    sign: '.filters',
  },
  'an empty list': { visit: at('/query?owner=nobody'), sign: '.empty-state' },
  'a list of several pages': { who: 'ann', visit: at('/query?max=1'), sign: '.pager' },
  preferences: { who: 'ann', visit: at('/prefs'), sign: 'h1:text("Preferences")' },
  'About for everybody': { visit: at('/about'), sign: 'h1:text("About")' },
  'About for administrators, with a banner': { who: 'root', visit: at('/about'), sign: '.banners' },
  'the list of admin pages': { who: 'root', visit: at('/admin'), sign: '.panel-list' },
  'people and permissions': { who: 'root', visit: at('/admin/users'), sign: '#grants' },
  'a link just made': {
    who: 'root',
    visit: async (page) => {
      await page.goto('/admin/users');
      await press(page, 'Make a link');
    },
    sign: '#one-time-link',
  },
  'one account': { who: 'root', visit: at('/admin/users?user=ann'), sign: 'h1:text("Ann Droz")' },
  'the components': { who: 'ben', visit: at('/admin/ticket/components'), sign: 'h2:text("Add a component")' },
  'the priorities, with a name refused': {
    who: 'ben',
    visit: async (page) => {
      await page.goto('/admin/ticket/priorities');
      await press(page, 'Add');
    },
    sign: '.problem-summary',
  },
  'one milestone': { who: 'ben', visit: at('/admin/ticket/milestones?value=milestone1'), sign: 'h2:text("Merge into another")' },
  'deleting a ticket type': {
    who: 'ben',
    visit: at('/admin/ticket/types?value=defect&delete=1'),
    sign: 'h1:text("Delete defect?")',
  },
  'an empty vocabulary': { who: 'ben', visit: at('/admin/ticket/severities'), sign: '.empty-state' },
  'the fields': { who: 'ben', visit: at('/admin/ticket/fields'), sign: 'h2:text("Add a field")' },
  'one field': { who: 'ben', visit: at('/admin/ticket/fields?field=notes'), sign: '#field-preview textarea' },
  'one field with problems': {
    who: 'ben',
    visit: async (page) => {
      await page.goto('/admin/ticket/fields?field=risk');
      await page.getByLabel('Width, in characters').fill('wide');
      await press(page, 'Save');
    },
    sign: '.problem-summary',
  },
  'an old version': { visit: at('/ticket/1?version=0'), sign: '.version-banner' },
  'the history as a table': { visit: at('/ticket/1?action=history'), sign: 'h1:text("History of")' },
  'a difference': { visit: at('/ticket/1?action=diff&version=1'), sign: '.diff' },
  'a difference side by side': { visit: at('/ticket/1?action=diff&version=1&style=sidebyside'), sign: '.diff-sides' },
  threads: { visit: at('/ticket/1?comments=threaded'), sign: '.depth-1' },
  'a comment being edited': { who: 'ben', visit: at('/ticket/1/comment/1/edit'), sign: 'h1:text("Edit comment 1")' },
  'the preview of an edited comment': {
    who: 'ben',
    visit: async (page) => {
      await page.goto('/ticket/1/comment/1/edit');
      await press(page, 'Preview');
    },
    sign: '.preview',
  },
  'the texts of a comment': { who: 'ben', visit: at('/ticket/1?action=comment-history&cnum=1'), sign: '.revision' },
  'deleting a comment': { who: 'ben', visit: at('/ticket/1/comment/1/delete'), sign: 'h1:text("Delete comment 1")' },
  'all changes': { visit: at('/changes'), sign: '.all-changes' },
  'the webhooks, with one that was switched off': { who: 'root', visit: at('/admin/webhooks'), sign: 'table.list' },
  'a new webhook, refused': {
    who: 'root',
    visit: async (page) => {
      await page.goto('/admin/webhooks?hook=new');
      await press(page, 'Add');
    },
    sign: '.problem-summary',
  },
  'a webhook with its log': { who: 'root', visit: at('/admin/webhooks?hook=1'), sign: '#log table' },
  'a secret address for feeds': {
    who: 'ann',
    visit: async (page) => {
      await page.goto('/prefs/feeds');
      await page.getByRole('button', { name: /Make/ }).click();
    },
    sign: '#feed-query',
  },
  'what others change meanwhile': {
    who: 'ann',
    visit: async (page) => {
      const listening = page.waitForRequest((request) => request.url().includes('/events'));
      await page.goto('/ticket/1');
      await listening;
      await site.submit('ben', 1, { action: 'leave', comment: 'Heard?', fields: { priority: 'minor' } });
    },
    sign: '.live-notice p',
  },
  'what is not there': { who: 'ann', visit: at('/ticket/999'), sign: 'h1:text("Not found")' },
  'what is not allowed': { visit: at('/admin/users'), sign: 'h1:text("Not allowed")' },
  'logging out': { who: 'ann', visit: at('/logout'), sign: 'h1:text("Log out")' },
};

test.each(Object.entries(PAGES))(
  '%s: axe finds nothing, light or dark, narrow or wide, and nothing scrolls sideways',
  async (_name, shown) => {
    await using window = await windows.open(site.url, { reducedMotion: 'reduce' });
    const { page } = window;
    if (shown.who) await page.context().addCookies(await site.cookiesOf(shown.who));
    await shown.visit(page);
    await page.locator(shown.sign).first().waitFor();
    const found: string[] = [];
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme: 'light' });
      found.push(...(await violations(page)).map((line) => `${width} light ${line}`));
      // A theme changes colours and nothing else.
      await page.emulateMedia({ colorScheme: 'dark' });
      found.push(...(await violations(page, ['color-contrast'])).map((line) => `${width} dark ${line}`));
    }
    await page.setViewportSize({ width: 320, height: 640 });
    expect({ found, overflow: await overflow(page) }).toEqual({ found: [], overflow: 0 });
  },
);

test('the theme of the preferences outweighs that of the system', async () => {
  await using window = await windows.open(site.url, { colorScheme: 'light' });
  const { page } = window;
  await page.context().addCookies(await site.cookiesOf('ben'));
  await page.goto('/prefs');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByLabel('Theme').selectOption('dark');
  await press(page, 'Save');
  await page.getByText('Your preferences are saved.').waitFor();
  expect(await background()).not.toBe(light);
  expect(await violations(page)).toEqual([]);
});
