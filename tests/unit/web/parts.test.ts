import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTimeZone } from '../../../core/kernel/time-zones.ts';
import { createChrome } from '../../../core/web/chrome.ts';
import { formatAge, formatDateTime, formatWait } from '../../../core/web/dates.ts';
import { firstValue, parseForm, parseParameters, readJsonText } from '../../../core/web/input.ts';
import { decodeNotice, encodeNotice } from '../../../core/web/notices.ts';
import { buildNavigation } from '../../../core/web/page.ts';

test('a repeated parameter is a list and no name reaches a prototype', () => {
  const values = parseForm('a=1&a=2&b=x+y&__proto__=z&constructor=c');
  expect({ ...values }).toEqual({ a: ['1', '2'], b: 'x y', ['__proto__']: 'z', constructor: 'c' });
  expect(Object.getPrototypeOf(values)).toBeNull();
  expect(({} as { z?: string }).z).toBeUndefined();
});

test('more than a thousand fields are all read', () => {
  const text = Array.from({ length: 1_500 }, (_, i) => `f${i}=1`).join('&');
  expect(Object.keys(parseParameters(text))).toHaveLength(1_500);
});

test('the first of repeated values counts where one is wanted', () => {
  expect([firstValue('a'), firstValue(['b', 'c']), firstValue([]), firstValue(undefined)]).toEqual(['a', 'b', '', '']);
});

test('a JSON body must be UTF-8 without NUL; a written-out escape is no NUL', () => {
  expect(readJsonText(Buffer.from('{"a":"ü"}'))).toBe('{"a":"ü"}');
  expect(readJsonText(Buffer.from([0x22, 0xff, 0x22]))).toBeInstanceOf(Error);
  expect(readJsonText(Buffer.from('"\\u0000"'))).toBeInstanceOf(Error);
  expect(readJsonText(Buffer.from('"\0"'))).toBeInstanceOf(Error);
  expect(readJsonText(Buffer.from('"\\\\u0000"'))).toBe('"\\\\u0000"');
});

test('a notice survives its cookie, and nothing else does', () => {
  const notice = { kind: 'warning', text: 'Grüße <b>' } as const;
  expect(decodeNotice(encodeNotice(notice))).toEqual(notice);
  for (const odd of ['', 'x', '%%%', Buffer.from('{}').toString('base64url'), Buffer.from('["evil","x"]').toString('base64url')])
    expect(decodeNotice(odd)).toBeUndefined();
  expect(decodeNotice(Buffer.from('["notice",5]').toString('base64url'))).toBeUndefined();
});

test('ages are said in the largest unit that fits', () => {
  const now = new Date('2026-06-15T12:00:00Z');
  const age = (seconds: number) => formatAge(new Date(now.getTime() + seconds * 1000), now);
  expect([-1, 59, -60, -7_200, -86_400, -3 * 86_400, -14 * 86_400, -70 * 86_400, 800 * 86_400, 7_200].map(age)).toEqual([
    'just now',
    'just now',
    '1 minute ago',
    '2 hours ago',
    'yesterday',
    '3 days ago',
    '2 weeks ago',
    '2 months ago',
    'in 2 years',
    'in 2 hours',
  ]);
});

test('a wait is said in the number that it has', () => {
  expect([1, 2, 89, 90, 121].map(formatWait)).toEqual(['1 second', '2 seconds', '89 seconds', '2 minutes', '3 minutes']);
});

test('times follow their zone, midnight is 00, and an unknown zone counts as UTC', () => {
  const time = new Date('2026-06-30T22:00:00Z');
  expect(formatDateTime(time, 'Europe/Zurich')).toBe('2026-07-01 00:00');
  expect(formatDateTime(time, 'Nowhere/Atall')).toBe('2026-06-30 22:00');
  expect([isTimeZone('UTC'), isTimeZone('Asia/Tokyo'), isTimeZone(''), isTimeZone('x')]).toEqual([true, true, false, false]);
});

test('static files get an address with their content hash', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tracts-chrome-'));
  writeFileSync(join(dir, 'a.css'), 'p {}');
  const chrome = createChrome([{ common: dir }]);
  const path = chrome.path('common/a.css');
  expect(path).toMatch(/^\/chrome\/common\/a\.css\?v=[\w-]{12}$/);
  expect(chrome.path('common/a.css')).toBe(path);
  expect(chrome.isCurrent('common/a.css', path.split('=')[1])).toBe(true);
  expect(chrome.isCurrent('common/a.css', 'x')).toBe(false);
  expect(chrome.isCurrent('common/b.css', undefined)).toBe(false);
  expect(() => chrome.path('other/a.css')).toThrow('Nobody offers static files as "other"');
  expect(() => chrome.path('common/none.css')).toThrow('ENOENT');
});

test('two static folders of one name are refused, and so is a name that is no name', () => {
  expect(() => createChrome([{ x: '/a' }, { x: '/b' }])).toThrow('Two components');
  expect(() => createChrome([{ 'a/b': '/a' }])).toThrow('cannot be offered');
});

test('menus are ordered, and only the closest item is marked', () => {
  const item = (name: string, href: string, order?: number, menu: 'main' | 'meta' = 'main') =>
    ({ menu, name, label: name, href, ...(order === undefined ? {} : { order }) }) as const;
  const items = [
    item('users', '/admin/users', 9),
    item('admin', '/admin', 5),
    item('home', '/'),
    item('out', '/logout', 1, 'meta'),
  ];
  const active = (path: string) => {
    const { main, meta } = buildNavigation(items, path, (href) => `/p${href}`);
    return [...main, ...meta].filter((entry) => entry.active).map(({ name }) => name);
  };
  expect(buildNavigation(items, '/x', (href) => `/p${href}`).main.map(({ href }) => href)).toEqual([
    '/p/',
    '/p/admin',
    '/p/admin/users',
  ]);
  expect([active('/admin/users/x'), active('/admin'), active('/admins'), active('/'), active('/logout')]).toEqual([
    ['users'],
    ['admin'],
    [],
    ['home'],
    ['out'],
  ]);
  const query = buildNavigation([item('q', '/query?status=new')], '/query', (href) => href);
  expect(query.main[0]?.active).toBe(true);
});
