import { expect, test } from 'vitest';
import type { Route } from '../../../core/web/extension-points.ts';
import { cookieOf, webSite } from './site.ts';

const TOKEN = 'abcdefghijklmnop';
const page: Route = {
  method: 'GET',
  path: '/page',
  handle: () => ({ template: 'page.njk', data: { title: 'A page', text: '<b>' } }),
};
const save: Route = {
  method: 'POST',
  path: '/save',
  handle: async (ctx, { body }) => {
    await ctx.db('note').insert({ text: String(body['text']) });
    return { redirect: '/page', notice: { kind: 'notice', text: 'Saved.' } };
  },
};
const templates = { 'page.njk': '{% extends "layout.njk" %}{% block main %}<p>{{ text }}</p>{% endblock %}' };
const form = (fields: Record<string, string>) => ({
  payload: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

test('a page is rendered within the layout, escaped, with a form token that the cookie repeats', async () => {
  await using site = await webSite({ routes: [page], templates });
  const answer = await site.web.inject('/page');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.body).toContain('<title>A page</title>');
  expect(answer.body).toContain('<p>&lt;b&gt;</p>');
  const token = cookieOf(answer, 'trac_form_token');
  expect(answer.body).toContain(`value="${token.value}"`);
  expect(token).toMatchObject({ sameSite: 'Lax', path: '/' });
  expect(token['httpOnly']).toBeUndefined();
});

test('HEAD answers as GET does, without a body', async () => {
  await using site = await webSite({ routes: [page], templates });
  const answer = await site.web.inject({ method: 'HEAD', url: '/page' });
  expect([answer.statusCode, answer.body]).toEqual([200, '']);
});

test('a form with its token is saved in a transaction and redirects with a notice that is shown once', async () => {
  await using site = await webSite({ routes: [page, save], templates });
  const cookies = { trac_form_token: TOKEN };
  const saved = await site.web.inject({ method: 'POST', url: '/save', cookies, ...form({ __FORM_TOKEN: TOKEN, text: 'x' }) });
  expect([saved.statusCode, saved.headers.location]).toEqual([303, '/page']);
  expect(await site.db('note')).toEqual([{ text: 'x' }]);
  expect(site.contexts).toEqual(['write anonymous']);
  const notice = cookieOf(saved, 'trac_notice');
  expect(notice).toMatchObject({ httpOnly: true, maxAge: 60 });
  const shown = await site.web.inject({ url: '/page', cookies: { ...cookies, trac_notice: notice.value } });
  expect(shown.body).toContain('<i class="notice">Saved.</i>');
  expect(cookieOf(shown, 'trac_notice').value).toBe('');
});

test.each([
  ['no token at all', {}, {}, 'form token'],
  ['a wrong token', {}, { __FORM_TOKEN: 'abcdefghijklmnoX' }, 'form token'],
  ['another origin', { origin: 'https://evil.example' }, { __FORM_TOKEN: TOKEN }, 'another site'],
  ['a sandboxed page', { origin: 'null' }, { __FORM_TOKEN: TOKEN }, 'another site'],
  ['a cross-site page as the browser says', { 'sec-fetch-site': 'cross-site' }, { __FORM_TOKEN: TOKEN }, 'another site'],
])('a form with %s is refused and nothing is saved', async (_name, headers, fields, text) => {
  await using site = await webSite({ routes: [save] });
  const { payload, headers: own } = form(fields as Record<string, string>);
  const answer = await site.web.inject({
    method: 'POST',
    url: '/save',
    cookies: { trac_form_token: TOKEN },
    payload,
    headers: { ...own, ...headers },
  });
  expect(answer.statusCode).toBe(403);
  expect(answer.body).toContain(text);
  expect(await site.db('note')).toEqual([]);
});

test('an empty cookie with an empty field is no proof', async () => {
  await using site = await webSite({ routes: [save] });
  const answer = await site.web.inject({
    method: 'POST',
    url: '/save',
    cookies: { trac_form_token: '' },
    ...form({ __FORM_TOKEN: '' }),
  });
  expect(answer.statusCode).toBe(403);
});

test.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x', 'application/octet-stream'])(
  'a body of type %s needs the token too',
  async (type) => {
    await using site = await webSite({ routes: [save] });
    const answer = await site.web.inject({ method: 'POST', url: '/save', payload: '{}', headers: { 'content-type': type } });
    expect(answer.statusCode).toBe(403);
  },
);

test('a body that is neither form nor JSON is refused once the token is right', async () => {
  await using site = await webSite({ routes: [save] });
  const answer = await site.web.inject({
    method: 'POST',
    url: '/save',
    cookies: { trac_form_token: TOKEN },
    payload: 'x',
    headers: { 'content-type': 'text/plain', 'x-trac-form-token': TOKEN },
  });
  expect(answer.statusCode).toBe(415);
});

test('JSON with the token in itself or in the header reaches the route', async () => {
  const echo: Route = {
    method: 'POST',
    path: '/echo',
    mode: 'read',
    handle: (_ctx, { json, body }) => ({ json: { json, body } }),
  };
  await using site = await webSite({ routes: [echo] });
  const post = (payload: object, headers: Record<string, string> = {}) =>
    site.web.inject({ method: 'POST', url: '/echo', payload, headers, cookies: { trac_form_token: TOKEN } });
  expect((await post({ a: 1, __FORM_TOKEN: TOKEN })).json()).toEqual({ json: { a: 1, __FORM_TOKEN: TOKEN }, body: {} });
  expect((await post([1], { 'x-trac-form-token': TOKEN })).json()).toEqual({ json: [1], body: {} });
  expect((await post({ a: 1, __FORM_TOKEN: 5 })).statusCode).toBe(403);
  expect((await post({ __FORM_TOKEN: TOKEN, text: '\u0000' })).statusCode).toBe(400);
});

test('every answer carries the security headers, errors and redirects included', async () => {
  await using site = await webSite({
    routes: [page, { method: 'GET', path: '/away', handle: () => ({ redirect: '/page' }) }],
    templates,
  });
  for (const url of ['/page', '/nowhere', '/away', '/%ff', '/page?%ff']) {
    const { headers } = await site.web.inject(url);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
  }
});

test.each([
  ['/page/%ff', 400],
  ['/p/%ff', 400],
  ['/p/%00', 400],
  ['/page?a=%00', 400],
  ['/page?a=%c3%28', 400],
  ['/page?a=100%', 200],
  [`/p/${'x'.repeat(600)}`, 404],
  ['/nowhere', 404],
  ['/page/', 200],
])('GET %s answers %i', async (url, status) => {
  const p: Route = { method: 'GET', path: '/p/:name', handle: (_ctx, { params }) => ({ text: params['name'] ?? '' }) };
  await using site = await webSite({ routes: [page, p], templates });
  const answer = await site.web.inject(url);
  expect(answer.statusCode).toBe(status);
  expect(answer.body).toMatch(/<title>/);
  expect(site.log).toEqual([]);
});

test.each([
  ['text=%00', 400],
  ['text=%ff', 400],
  [Buffer.from([0x74, 0x3d, 0xff]), 400],
  [`text=${'x'.repeat(2_000)}`, 413],
])('the form body %s answers %i', async (payload, status) => {
  await using site = await webSite({ routes: [save], bodyLimit: 1_000 });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-trac-form-token': TOKEN };
  const answer = await site.web.inject({ method: 'POST', url: '/save', payload, headers, cookies: { trac_form_token: TOKEN } });
  expect(answer.statusCode).toBe(status);
  expect(await site.db('note')).toEqual([]);
});

test('another method than the address knows answers 405 and says which', async () => {
  await using site = await webSite({ routes: [save, page], templates });
  const answer = await site.web.inject('/save');
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
  expect((await site.web.inject({ method: 'DELETE', url: '/page' })).headers.allow).toBe('GET, HEAD');
});

test('an unexpected error shows a number and no more, and the log has the rest', async () => {
  const broken: Route = {
    method: 'POST',
    path: '/broken',
    handle: async (ctx) => {
      await ctx.db('note').insert({ text: 'half' });
      throw new Error('secret detail');
    },
  };
  await using site = await webSite({ routes: [broken] });
  const answer = await site.web.inject({
    method: 'POST',
    url: '/broken',
    cookies: { trac_form_token: TOKEN },
    ...form({ __FORM_TOKEN: TOKEN }),
  });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('secret detail');
  expect(site.log[0]).toMatchObject({ message: 'request failed', data: { method: 'POST', path: '/broken' } });
  expect(String(site.log[0]?.data?.['error'])).toContain('secret detail');
  expect(answer.body).toContain(String(site.log[0]?.data?.['id']));
  expect(await site.db('note')).toEqual([]);
});

test('a token in the address stays out of the log', async () => {
  const broken: Route = {
    method: 'GET',
    path: '/invite/:token',
    handle: () => {
      throw new Error('broken');
    },
  };
  await using site = await webSite({ routes: [broken] });
  expect((await site.web.inject('/invite/worth-a-login?x=1')).statusCode).toBe(500);
  expect(site.log[0]).toMatchObject({ data: { path: '/invite/…' } });
  expect(JSON.stringify(site.log[0]?.data)).not.toContain('worth-a-login');
});

test('clients that ask for JSON get errors as JSON', async () => {
  await using site = await webSite();
  const answer = await site.web.inject({ url: '/nowhere', headers: { accept: 'application/json' } });
  expect(answer.json()).toMatchObject({ error: { status: 404, code: 'NOT_FOUND' } });
});

test('when even the error page fails, a plain sentence is sent', async () => {
  await using site = await webSite({ templates: { 'error.njk': '{{ nothing }}' } });
  const answer = await site.web.inject('/nowhere');
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
  expect(answer.body).toContain('There is no page /nowhere here.');
});

test('a route is closed to those who lack its permission', async () => {
  const closed: Route = { method: 'GET', path: '/closed', requires: 'X_VIEW', handle: () => ({ text: 'in' }) };
  const findSession = async (_ctx: unknown, token: string) => ({
    user: { name: token, authenticated: true },
    sessionId: 's1',
    formToken: 'session-form-token',
    timeZone: '',
    theme: 'auto' as const,
  });
  await using site = await webSite({ routes: [closed], grants: { ann: ['X_VIEW'] }, findSession });
  expect((await site.web.inject('/closed')).statusCode).toBe(403);
  expect((await site.web.inject({ url: '/closed', cookies: { trac_auth: 'bob' } })).body).toContain('X_VIEW');
  expect((await site.web.inject({ url: '/closed', cookies: { trac_auth: 'ann' } })).body).toBe('in');
});

test('somebody logged in posts with the token of the session and not with a cookie', async () => {
  const findSession = async () => ({
    user: { name: 'ann', authenticated: true },
    sessionId: 's1',
    formToken: 'session-form-token',
    timeZone: 'Asia/Tokyo',
    theme: 'dark' as const,
  });
  const text = '{% extends "layout.njk" %}{% block main %}{{ theme }} {{ now | datetime }} {{ text }}{% endblock %}';
  await using site = await webSite({ routes: [page, save], templates: { 'page.njk': text }, findSession });
  const post = (cookie: string, token: string) =>
    site.web.inject({
      method: 'POST',
      url: '/save',
      cookies: { trac_auth: 'x', trac_form_token: cookie },
      ...form({ __FORM_TOKEN: token, text: 'y' }),
    });
  expect((await post(TOKEN, TOKEN)).statusCode).toBe(403);
  expect((await post(TOKEN, 'session-form-token')).statusCode).toBe(303);
  const shown = await site.web.inject({ url: '/page', cookies: { trac_auth: 'x', trac_form_token: TOKEN } });
  expect(shown.body).toContain('<p id="user">ann/Ann Lee</p>');
  expect(shown.body).toContain('dark ');
  expect(cookieOf(shown, 'trac_form_token').value).toBe('session-form-token');
});

test('filters see a request before in order and its outcome in reverse, and one may answer', async () => {
  const seen: string[] = [];
  const filter = (name: string, answers = false) => ({
    preProcessRequest: () => {
      seen.push(`pre ${name}`);
      return answers ? { text: name } : undefined;
    },
    postProcessRequest: (_ctx: unknown, _request: unknown, outcome: import('../../../core/web/extension-points.ts').Outcome) => {
      seen.push(`post ${name}`);
      return { ...outcome, headers: { 'x-by': name } };
    },
  });
  await using site = await webSite({ routes: [page], filters: [filter('a'), filter('b', true), filter('c')] });
  const answer = await site.web.inject('/page');
  expect([answer.body, answer.headers['x-by']]).toEqual(['b', 'a']);
  expect(seen).toEqual(['pre a', 'pre b', 'post c', 'post b', 'post a']);
});

test('a redirect to another site is never sent', async () => {
  for (const target of ['https://evil.example', '//evil.example', '/\\evil.example', '/.//evil.example', '/\t/evil.example']) {
    await using site = await webSite({ routes: [{ method: 'GET', path: '/go', handle: () => ({ redirect: target }) }] });
    const answer = await site.web.inject('/go');
    expect([answer.statusCode, answer.headers.location]).toEqual([500, undefined]);
  }
});

test('outcomes may be text, JSON, with status, cookies and headers', async () => {
  const routes: Route[] = [
    { method: 'GET', path: '/text', handle: () => ({ text: 'a,b', type: 'text/csv', status: 201, headers: { 'x-a': '1' } }) },
    {
      method: 'GET',
      path: '/json',
      handle: () => ({
        json: { a: 1 },
        cookies: [
          { name: 'c', value: 'v', maxAge: 5 },
          { name: 'd', value: undefined },
        ],
      }),
    },
  ];
  await using site = await webSite({ routes, secureCookies: true });
  const text = await site.web.inject('/text');
  expect([text.statusCode, text.body, text.headers['content-type'], text.headers['x-a']]).toEqual([201, 'a,b', 'text/csv', '1']);
  const json = await site.web.inject('/json');
  expect(json.json()).toEqual({ a: 1 });
  expect(cookieOf(json, 'c')).toMatchObject({ value: 'v', maxAge: 5, httpOnly: true, secure: true, sameSite: 'Lax' });
  expect(cookieOf(json, 'd').value).toBe('');
});

test('a read-only POST opens no transaction, and a function may decide by the request', async () => {
  const preview: Route = {
    method: 'POST',
    path: '/preview',
    mode: ({ body }) => (body['preview'] === undefined ? 'write' : 'read'),
    handle: (ctx) => ({ json: ctx.writable }),
  };
  await using site = await webSite({ routes: [preview] });
  const post = (fields: Record<string, string>) =>
    site.web.inject({
      method: 'POST',
      url: '/preview',
      cookies: { trac_form_token: TOKEN },
      ...form({ __FORM_TOKEN: TOKEN, ...fields }),
    });
  expect((await post({ preview: 'x' })).json()).toBe(false);
  expect((await post({})).json()).toBe(true);
});

test('two routes of one method and address are refused at start, and so is a GET that writes', async () => {
  const one: Route = { method: 'GET', path: '/x/:a', handle: () => ({ text: '' }) };
  await expect(webSite({ routes: [one, { ...one, path: '/x/:b' }] })).rejects.toThrow('Two components answer GET /x/:b');
  await expect(webSite({ routes: [{ ...one, mode: 'write' }] })).rejects.toThrow('asks to write');
  await expect(webSite({ routes: [{ ...one, mode: () => 'read' }] })).rejects.toThrow('asks to write');
  await expect(webSite({ routes: [{ ...one, path: 'x' }] })).rejects.toThrow('must begin with a slash');
});
