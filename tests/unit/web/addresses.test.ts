import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createAddresses, localPath } from '../../../core/web/addresses.ts';

const request = (url: string, headers: Record<string, string> = {}, remoteAddress?: string): IncomingMessage =>
  ({ url, headers: { host: 'inner:8000', ...headers }, socket: { remoteAddress } }) as unknown as IncomingMessage;
const addresses = (options: Partial<Parameters<typeof createAddresses>[0]> = {}) =>
  createAddresses({ baseUrl: '', trustedProxies: [], secureCookies: false, ...options });
const forwarded = { 'x-forwarded-prefix': '/t/', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'example.org' };

test('without settings the site is where the request says, and forwarded headers count for nothing', () => {
  const site = addresses();
  const asked = request('/t/x?y', forwarded, '127.0.0.1');
  expect([site.prefixOf(asked), site.inner(asked), site.isSecure(asked), site.originOf(asked)]).toEqual([
    '',
    '/t/x?y',
    false,
    'http://inner:8000',
  ]);
  expect(site.isOwnOrigin('http://inner:8000', asked)).toBe(true);
  expect(site.isOwnOrigin('https://example.org', asked)).toBe(false);
  expect(site.isOwnOrigin('null', asked)).toBe(false);
});

test('base_url gives prefix, origin and scheme, whether the proxy keeps the prefix or takes it away', () => {
  const site = addresses({ baseUrl: 'https://example.org/tracker/', trustedProxies: ['loopback'] });
  for (const [url, inner] of [
    ['/tracker/ticket/1?a', '/ticket/1?a'],
    ['/ticket/1', '/ticket/1'],
    ['/tracker', '/'],
    ['/tracker?x=1', '/?x=1'],
    ['/trackers', '/trackers'],
  ] as const)
    expect(site.inner(request(url, forwarded, '127.0.0.1'))).toBe(inner);
  const asked = request('/', forwarded, '127.0.0.1');
  expect([site.prefixOf(asked), site.isSecure(asked), site.originOf(asked)]).toEqual(['/tracker', true, 'https://example.org']);
  expect(site.isOwnOrigin('https://example.org', asked)).toBe(true);
  expect(site.isOwnOrigin('http://example.org.evil', asked)).toBe(false);
  expect(site.isSecure(request('/'))).toBe(true);
});

test('a trusted proxy is believed, others are not', () => {
  const site = addresses({ trustedProxies: ['10.0.0.0/8', 'loopback', 'fd00::/8'] });
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '127.0.0.9', '::1', 'fd12::1']) {
    const asked = request('/t/x', forwarded, address);
    expect([site.prefixOf(asked), site.inner(asked), site.isSecure(asked), site.originOf(asked)]).toEqual([
      '/t',
      '/x',
      true,
      'https://example.org',
    ]);
    expect(site.isOwnOrigin('https://example.org', asked)).toBe(true);
  }
  for (const address of ['11.0.0.1', 'fe80::1', undefined, 'nonsense']) {
    const asked = request('/t/x', forwarded, address);
    expect([site.prefixOf(asked), site.isSecure(asked), site.isTrusted(address)]).toEqual(['', false, false]);
  }
});

test('a forwarded prefix that is no path is left aside', () => {
  const site = addresses({ trustedProxies: ['127.0.0.1'] });
  for (const prefix of ['//evil.example', 'x', '/a"b', '/', 'https://evil.example'])
    expect(site.prefixOf(request('/', { 'x-forwarded-prefix': prefix }, '127.0.0.1'))).toBe('');
});

test('secure cookies can be asked for', () => {
  expect(addresses({ secureCookies: true }).isSecure(request('/'))).toBe(true);
});

test.each(['example.org', '/tracker', 'ftp://example.org', 'http://'])('base_url = %s is refused with an example', (baseUrl) => {
  expect(() => addresses({ baseUrl })).toThrow('[trac] base_url');
});

test.each(['proxy.example.org', '10.0.0.0/33', '10.0.0.0/x', '::1/129', '10.0.0.0/8/1', ''])(
  'the proxy %j is refused',
  (proxy) => {
    expect(() => addresses({ trustedProxies: [proxy] })).toThrow('[trac] trusted_proxies');
  },
);

test('a local path stays on this site and fits into a header', () => {
  expect(localPath('/ticket/1?a=b#c')).toBe('/ticket/1?a=b#c');
  expect(localPath('/wiki/Über?q=ü')).toBe('/wiki/%C3%9Cber?q=%C3%BC');
  expect(localPath('/a\r\nSet-Cookie: x')).toBe('/aSet-Cookie:%20x');
  expect(localPath('/a/../b')).toBe('/b');
});

test.each([
  '',
  'ticket/1',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/.//evil.example',
  '/..//x',
  'javascript:alert(1)',
])('%j is no local path', (text) => {
  expect(localPath(text)).toBeUndefined();
});
