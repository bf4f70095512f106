import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { enter, type Visitor } from '../support/visitor.ts';

const GRANTS = { anonymous: ['TICKET_VIEW'], authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'], root: ['TRAC_ADMIN'] };

/** Every address that changes something, with a form that would do so. */
const FORMS: readonly (readonly [url: string, fields: Readonly<Record<string, string>>])[] = [
  ['/newticket', { field_summary: 'Forged', submit: 'Create ticket' }],
  ['/ticket/1', { comment: 'Forged', action: 'leave', view_time: '1', submit: 'Submit changes' }],
  ['/ticket/1', { comment: 'Forged', action: 'leave', view_time: '1', preview: 'Preview' }],
  ['/login', { user: 'ann', password: 'x' }],
  ['/logout', {}],
  ['/prefs', { full_name: 'Forged', email: '', time_zone: '', theme: 'auto' }],
  ['/prefs/password', { old_password: 'x', password: 'forged password', password2: 'forged password' }],
  ['/prefs/sessions', { session: 'x' }],
  ['/admin/users', { step: 'grant', subject: 'mallory', action: 'TRAC_ADMIN' }],
];

/** A site with one ticket, seen by its administrator, who is the one worth attacking. */
async function stage(): Promise<{ site: TestSite; root: Visitor } & AsyncDisposable> {
  const site = await testSite({ grants: GRANTS });
  await site.as('ann').fileTicket({ summary: 'Genuine' });
  return { site, root: await enter(site, 'root'), [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

/** Everything that the forged forms would have changed. */
async function stateOf(site: TestSite): Promise<unknown> {
  return site.as('root').run(async ({ db }) => {
    const count = async (table: string) => Number((await db(table).count({ n: '*' }).first())?.['n']);
    const tables = await Promise.all(['ticket', 'ticket_change', 'session', 'permission', 'login_attempt'].map(count));
    return { tables, accounts: await db('account').select('name', 'full_name', 'password') };
  });
}

type Forge = (
  root: Visitor,
  other: Visitor,
) => {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, string>>;
};

const tokenOf = ({ cookies }: Visitor): string => cookies.get('trac_form_token') ?? '';

const FORGERIES: Readonly<Record<string, Forge>> = {
  'without a form token': () => ({}),
  'with an empty form token': () => ({ token: '' }),
  'with a form token of the same length': (root) => ({ token: 'x'.repeat(tokenOf(root).length) }),
  'with the form token of another session': (_root, other) => ({ token: tokenOf(other) }),
  'with a cookie that fits the forged token': (root) => ({
    token: 'f'.repeat(24),
    cookies: { ...Object.fromEntries(root.cookies), trac_form_token: 'f'.repeat(24) },
  }),
  'from a page of another site': (root) => ({ token: tokenOf(root), headers: { origin: 'https://evil.example' } }),
  'from a page without an origin': (root) => ({ token: tokenOf(root), headers: { origin: 'null' } }),
  'from another port of this host': (root) => ({ token: tokenOf(root), headers: { origin: 'http://localhost:8081' } }),
  'by a browser that names no origin, from a page of another site': (root) => ({
    token: tokenOf(root),
    headers: { referer: 'http://evil.example/ticket/1' },
  }),
  'by a browser that names no origin, from a page whose address holds ours': (root) => ({
    token: tokenOf(root),
    headers: { referer: 'http://evil.example/http://localhost/', host: 'localhost' },
  }),
  'by a browser that names no origin, from no page': (root) => ({ token: tokenOf(root), headers: { referer: 'about:blank' } }),
  'as another site’s request': (root) => ({ token: tokenOf(root), headers: { 'sec-fetch-site': 'cross-site' } }),
  'as a neighbour site’s request': (root) => ({ token: tokenOf(root), headers: { 'sec-fetch-site': 'same-site' } }),
};

describe.each(Object.entries(FORGERIES))('a form sent %s', (_how, forge) => {
  test('is refused at every address and changes nothing', async () => {
    await using given = await stage();
    const { site, root } = given;
    const forged = forge(root, await enter(site, 'ann'));
    const before = await stateOf(site);
    for (const [url, fields] of FORMS) {
      const token = forged.token === undefined ? {} : { __FORM_TOKEN: forged.token };
      const answer = await site.inject({
        method: 'POST',
        url,
        cookies: forged.cookies ?? Object.fromEntries(root.cookies),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...forged.headers },
        payload: new URLSearchParams({ ...token, ...fields }).toString(),
      });
      expect([url, answer.statusCode]).toEqual([url, 403]);
    }
    expect(await stateOf(site)).toEqual(before);
  });
});

test.each([
  'application/json',
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=b',
  'application/octet-stream',
  '',
])('a body of type “%s” without a token is refused at every address', async (type) => {
  await using given = await stage();
  const { site, root } = given;
  const before = await stateOf(site);
  for (const [url, fields] of FORMS) {
    const request: InjectOptions = {
      method: 'POST',
      url,
      cookies: Object.fromEntries(root.cookies),
      headers: type === '' ? {} : { 'content-type': type },
      payload: JSON.stringify(fields),
    };
    expect([url, (await site.inject(request)).statusCode]).toEqual([url, 403]);
  }
  expect(await stateOf(site)).toEqual(before);
});

test('nothing is changed by following a link: no address answers GET, HEAD or another method with a change', async () => {
  await using given = await stage();
  const { site, root } = given;
  const before = await stateOf(site);
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)
    for (const [url, fields] of FORMS) {
      const query = new URLSearchParams({ __FORM_TOKEN: tokenOf(root), ...fields }).toString();
      await site.inject({ method, url: `${url}?${query}`, cookies: Object.fromEntries(root.cookies) });
    }
  expect(await stateOf(site)).toEqual(before);
  expect((await root.get('/prefs')).statusCode).toBe(200);
});

test('our own pages may send: same origin, other spelling of the port, an address in its place, or nothing of the kind', async () => {
  await using given = await stage();
  const { site, root } = given;
  for (const headers of [
    {},
    { origin: 'http://localhost', host: 'localhost' },
    { origin: 'http://localhost', host: 'localhost:80' },
    { origin: 'https://tickets.example', host: 'tickets.example', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { referer: 'http://localhost/ticket/1?x#y', host: 'localhost' },
    { referer: 'http://localhost/', host: 'localhost:80' },
    { referer: 'http://localhost', host: 'localhost' },
    { referer: '', host: 'localhost' },
    // Who names an origin is asked for nothing else.
    { origin: 'http://localhost', referer: 'http://elsewhere.example/', host: 'localhost' },
  ]) {
    const { rowVersion } = await site.ticket(1);
    const form = { comment: 'Genuine', action: 'leave', view_time: String(rowVersion), submit: 'x' };
    const answer = await site.inject({
      method: 'POST',
      url: '/ticket/1',
      cookies: Object.fromEntries(root.cookies),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams({ __FORM_TOKEN: tokenOf(root), ...form }).toString(),
    });
    expect([headers, answer.statusCode]).toEqual([headers, 303]);
  }
});

test('a token stays good until the session ends, and not longer', async () => {
  await using given = await stage();
  const { site, root } = given;
  const token = tokenOf(root);
  await root.post('/logout');
  const answer = await site.inject({
    method: 'POST',
    url: '/ticket/1',
    cookies: { trac_form_token: token },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      __FORM_TOKEN: token,
      comment: 'Late',
      action: 'leave',
      view_time: '1',
      submit: 'x',
    }).toString(),
  });
  // The token is that of an anonymous visitor by now, who may not comment.
  expect([answer.statusCode, (await site.history(1)).length]).toEqual([422, 0]);
});
