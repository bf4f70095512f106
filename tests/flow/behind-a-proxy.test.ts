import { expect, test } from 'vitest';
import { firstAdminLink } from '../../core/first-admin.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { addAccount, enter, PASSWORD, type Visitor, visit } from '../support/visitor.ts';

const PREFIX = '/work/tracker';
const INI = `[trac]\nbase_url = https://example.org${PREFIX}/\n`;

/** Every address of this site that a page leads to, sends to or loads. */
const addressesIn = (body: string): string[] =>
  [...body.matchAll(/ (?:href|action|formaction|src)="([^"]*)"/g)]
    .map(([, url]) => url ?? '')
    .filter((url) => !url.startsWith('#'));

async function stage(): Promise<{ site: TestSite; root: Visitor } & AsyncDisposable> {
  const site = await testSite({ ini: INI, grants: { anonymous: ['TICKET_VIEW'], root: ['TRAC_ADMIN'] } });
  const id = (await site.as('root').fileTicket({ summary: 'One', description: 'See #1', component: 'component1' })).id;
  await site.as('root').submit(id, 'leave', {}, { comment: 'See #1 too' });
  return { site, root: await enter(site, 'root'), [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

test('below a prefix every link, form and static file of every page has it, and all that they lead to is there', async () => {
  await using given = await stage();
  const { root } = given;
  const pages = [
    '/',
    '/query',
    '/query?max=1',
    '/ticket/1',
    '/ticket/1?version=1',
    '/ticket/1?action=history',
    '/ticket/1?action=diff&version=1',
    '/ticket/1?action=comment-history&cnum=1',
    '/changes',
    '/attachment/ticket/1/?action=new',
    '/newticket',
    '/prefs',
    '/about',
    '/admin',
    '/admin/users',
    '/admin/users?user=root',
    '/logout',
    '/nothing',
  ];
  const found = new Set<string>();
  for (const page of pages) for (const url of addressesIn((await root.get(PREFIX + page)).body)) found.add(url);
  expect(found.size).toBeGreaterThan(30);
  expect([...found].filter((url) => !url.startsWith(`${PREFIX}/`))).toEqual([]);
  for (const url of found) {
    const { statusCode } = await root.get(url.replaceAll('&amp;', '&'));
    // Addresses of forms alone answer 405 to GET.
    expect([url, statusCode < 400 || statusCode === 405]).toEqual([url, true]);
  }
});

test('logging in, filing and logging out below a prefix lead where they should, with cookies for the prefix alone', async () => {
  await using given = await stage();
  const { site } = given;
  await addAccount(site, 'ann');
  const ann = visit(site);
  const form = await ann.get(`${PREFIX}/login?referer=%2Fprefs`);
  expect(form.body).toContain(`action="${PREFIX}/login"`);
  const entered = await ann.post(`${PREFIX}/login`, { user: 'ann', password: PASSWORD, referer: '/prefs' });
  expect(entered.headers.location).toBe(`${PREFIX}/prefs`);
  for (const cookie of entered.cookies) expect(cookie).toMatchObject({ path: PREFIX, secure: true, sameSite: 'Lax' });
  const root = given.root;
  const filed = await root.post(`${PREFIX}/newticket`, { field_summary: 'Two', submit: 'x' });
  expect(filed.headers.location).toBe(`${PREFIX}/ticket/2`);
  const changed = await root.post(`${PREFIX}/ticket/2`, { action: 'leave', comment: 'x', submit: 'x' });
  expect(changed.headers.location).toBe(`${PREFIX}/ticket/2#comment:1`);
  expect((await ann.post(`${PREFIX}/logout`)).headers.location).toBe(`${PREFIX}/`);
  const link = (await root.post(`${PREFIX}/admin/users`, { step: 'invite', name: '', groups: '' })).body;
  expect(link).toContain(`value="https://example.org${PREFIX}/invite/`);
});

test('the link to the first account leads to the address that people use', async () => {
  const linkOf = ({ site }: TestSite) => firstAdminLink(site, 'http://127.0.0.1:8000');
  await using below = await testSite({ ini: INI });
  const link = new URL((await linkOf(below)) ?? '');
  expect(link.href).toMatch(/^https:\/\/example\.org\/work\/tracker\/invite\/[\w-]+$/);
  expect((await visit(below).get(link.pathname)).body).toContain(`action="${link.pathname}"`);
  await using plain = await testSite();
  expect(await linkOf(plain)).toMatch(/^http:\/\/127\.0\.0\.1:8000\/invite\//);
});

test('a form from the public address is ours, from the inner one it is not', async () => {
  await using given = await stage();
  const { site, root } = given;
  const { rowVersion } = await site.ticket(1);
  const send = (from: Readonly<Record<string, string>>) =>
    site.inject({
      method: 'POST',
      url: `${PREFIX}/ticket/1`,
      cookies: Object.fromEntries(root.cookies),
      headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'tracts.internal:8000', ...from },
      payload: new URLSearchParams({
        __FORM_TOKEN: root.cookies.get('trac_form_token') ?? '',
        action: 'leave',
        comment: 'x',
        view_time: String(rowVersion),
        submit: 'x',
      }).toString(),
    });
  expect((await send({ origin: 'https://example.org' })).statusCode).toBe(303);
  const sameForm = [{ referer: 'https://example.org/work/tracker/ticket/1' }, { referer: 'https://example.org/' }];
  // Ours, but sent before: only the version speaks against it.
  for (const from of sameForm) expect((await send(from)).statusCode).toBe(409);
  expect((await send({ origin: 'https://example.org.evil.example' })).statusCode).toBe(403);
  expect((await send({ referer: 'https://example.org.evil.example/work/tracker/ticket/1' })).statusCode).toBe(403);
  expect((await send({ origin: 'http://evil.example' })).statusCode).toBe(403);
});

test('without base_url a trusted proxy says the prefix, and nobody else does', async () => {
  const headers = { 'x-forwarded-prefix': '/pre', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'example.org' };
  const ask = async (ini: string) => {
    await using site = await testSite({ ini, grants: { anonymous: ['TICKET_VIEW'] } });
    return (await site.inject({ url: '/login', headers: { ...headers, accept: 'text/html' } })).body;
  };
  expect(await ask('[trac]\ntrusted_proxies = loopback\n')).toContain('action="/pre/login"');
  expect(await ask('')).toContain('action="/login"');
  expect(await ask('[trac]\ntrusted_proxies = 10.0.0.0/8\n')).toContain('action="/login"');
});
