import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Route } from '../../../core/web/extension-points.ts';
import { webSite } from './site.ts';

const templates = {
  'page.njk': '{% extends "layout.njk" %}{% block main %}{{ site.url("/x") }} {{ site.static("common/a.css") }}{% endblock %}',
};
const page: Route = { method: 'GET', path: '/page', handle: () => ({ template: 'page.njk', data: {} }) };

test('static files are kept for ever under their hash, and asked about without it', async () => {
  await using site = await webSite({ routes: [page], templates });
  const address = /\/chrome\/\S+/.exec((await site.web.inject('/page')).body)?.[0] ?? '';
  const hashed = await site.web.inject(address);
  expect([hashed.statusCode, hashed.body, hashed.headers['content-type']]).toEqual([200, 'p {}', 'text/css; charset=utf-8']);
  expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await site.web.inject('/chrome/common/a.css')).headers['cache-control']).toBe('no-cache');
  expect((await site.web.inject('/chrome/common/a.css?v=wrong')).headers['cache-control']).toBe('no-cache');
});

test.each([
  '/chrome/common/none.css',
  '/chrome/common/',
  '/chrome/none/a.css',
  '/chrome/common/.secret',
  '/chrome/common/../../../etc/passwd',
  '/chrome/common/%2e%2e/%2e%2e/package.json',
])('%s is not served', async (url) => {
  await using site = await webSite({ files: { 'a.css': '', '.secret': 'hidden words' } });
  const answer = await site.web.inject(url);
  expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  expect(answer.statusCode).toBeLessThan(500);
  expect(answer.body).not.toContain('hidden words');
});

test('below a prefix every address, redirect and cookie has it', async () => {
  const away: Route = {
    method: 'GET',
    path: '/away',
    handle: () => ({ redirect: '/page?a=ü', cookies: [{ name: 'c', value: 'v' }] }),
  };
  await using site = await webSite({ routes: [page, away], templates, baseUrl: 'https://example.org/tracker' });
  for (const url of ['/tracker/page', '/page']) {
    const { body } = await site.web.inject(url);
    expect(body).toContain('/tracker/x /tracker/chrome/common/a.css?v=');
  }
  const answer = await site.web.inject('/tracker/away');
  expect(answer.headers.location).toBe('/tracker/page?a=%C3%BC');
  expect(answer.cookies[0]).toMatchObject({ name: 'c', path: '/tracker', secure: true });
});

test('a menu contributor that throws costs its items and no page', async () => {
  const broken = {
    getNavigationItems: () => {
      throw new Error('broken menu');
    },
  };
  const good = { getNavigationItems: () => [{ menu: 'main', name: 'page', label: 'Pages', href: '/page' }] as const };
  await using site = await webSite({ routes: [page], templates, menu: [broken, good] });
  const answer = await site.web.inject('/page');
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('<a href="/page" class="active">Pages</a>');
  expect(site.log[0]?.message).toBe('menu items failed');
});

test('somebody anonymous who may not see a page is offered to log in', async () => {
  const closed: Route = { method: 'GET', path: '/closed', requires: 'X', handle: () => ({ text: '' }) };
  const menu = [{ getNavigationItems: () => [{ menu: 'meta', name: 'login', label: 'Log in', href: '/login' }] as const }];
  await using site = await webSite({ routes: [closed], menu });
  expect((await site.web.inject('/closed')).body).toContain('/login?referer=%2Fclosed');
});

test('a socket owner passes requests on, and closing waits for those under way', async () => {
  let release: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    release = resolve;
  });
  let entered: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const slow: Route = {
    method: 'GET',
    path: '/slow',
    handle: async ({ user }, { ip, origin, path, query }) => {
      entered();
      await waiting;
      return { json: { user: user.name, ip, origin, path, query } };
    },
  };
  await using site = await webSite({ routes: [slow] });
  const server = createServer((request, response) => site.web.handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = fetch(`${origin}/slow?a=1&a=2`);
  await begun;
  let closed = false;
  const closing = site.web.close().then(() => {
    closed = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(closed).toBe(false);
  release();
  expect(await (await answer).json()).toEqual({
    user: 'anonymous',
    ip: '127.0.0.1',
    origin,
    path: '/slow',
    query: { a: ['1', '2'] },
  });
  await closing;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
