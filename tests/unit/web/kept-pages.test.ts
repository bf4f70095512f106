import { expect, test } from 'vitest';
import { formatAge } from '../../../core/web/dates.ts';
import type { Route } from '../../../core/web/extension-points.ts';
import { type ClockQuestions, KeptPages } from '../../../core/web/kept-pages.ts';
import { cookieOf, webSite } from './site.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** Asks three times, since what is asked for once is not kept, and says how often it was drawn, and the last answer. */
function thrice(data: (turn: number) => Record<string, unknown>, at: (turn: number) => Date = () => NOW, ask?: Ask) {
  const kept = new KeptPages(formatAge);
  let drawn = 0;
  const texts = [1, 2, 3].map((turn) => {
    const draw = (asked: ClockQuestions): string => {
      drawn += 1;
      ask?.(asked, at(turn));
      return `drawn ${drawn}`;
    };
    return String(kept.get('page', data(turn), at(turn), draw));
  });
  return { drawn, last: texts[2] };
}
type Ask = (asked: ClockQuestions, now: Date) => void;

test('what is asked for again is drawn once more, and then kept while all that it is made of is the same', () => {
  const data = () => ({ title: 'A', list: [1, 'two', null, { deep: [new Date(5)] }], none: undefined });
  expect(thrice(data)).toEqual({ drawn: 2, last: 'drawn 2' });
});

test.each<readonly [string, (turn: number) => Record<string, unknown>]>([
  ['a text', (turn) => ({ a: { b: `${turn}` } })],
  ['a time', (turn) => ({ a: new Date(turn) })],
  ['a time that was a number', (turn) => ({ a: turn === 3 ? 5 : new Date(5) })],
  ['the kind of a value', (turn) => ({ a: turn === 3 ? '1' : 1 })],
  ['the length of a list', (turn) => ({ a: Array.from({ length: turn }), b: 1 })],
  ['where a list ends', (turn) => (turn === 3 ? { a: [1, 2], b: [3] } : { a: [1], b: [2, 3] })],
  ['a name', (turn) => ({ [`a${turn}`]: 1 })],
  ['a name that became a value', (turn) => (turn === 3 ? { a: 'b', c: 1 } : { a: { b: 'c' }, d: 1 })],
  ['another frozen object', () => ({ a: Object.freeze({ b: 1 }) })],
])('another page is drawn when %s changes', (_what, data) => {
  expect(thrice(data).drawn).toBe(3);
});

test('what was changed in place counts as changed', () => {
  const list = ['a'];
  expect(
    thrice((turn) => {
      if (turn === 3) list.push('b');
      return { list };
    }).drawn,
  ).toBe(3);
});

test('what cannot be compared is never kept: functions, objects of classes, too much', () => {
  expect(thrice(() => ({ run: () => 1 })).drawn).toBe(3);
  const map = Object.freeze(new Map());
  expect(thrice(() => ({ map })).drawn).toBe(3);
  expect(thrice(() => ({ list: Array.from({ length: 6000 }, (_, n) => n) })).drawn).toBe(3);
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(thrice(() => circle).drawn).toBe(3);
});

test('a page that says how long ago something was is kept until it would say something else', () => {
  const ask: Ask = (asked, now) => asked.ages.push({ time: NOW, text: formatAge(NOW, now) });
  const same = () => ({ a: 1 });
  expect(thrice(same, (turn) => later(turn * 10), ask).drawn).toBe(2);
  expect(thrice(same, (turn) => later(turn * 50), ask).drawn).toBe(3);
});

test('a page that asks for the very instant is never kept', () => {
  const ask: Ask = (asked) => {
    asked.instant = true;
  };
  expect(thrice(() => ({ a: 1 }), undefined, ask).drawn).toBe(3);
});

test('on a site: pages of two people, and of one before and after a change, are never mixed up', async () => {
  let text = 'one';
  const page: Route = { method: 'GET', path: '/page', handle: () => ({ template: 'page.njk', data: { title: 'T', text } }) };
  const findSession = async (_ctx: unknown, token: string) => ({
    user: { name: token, authenticated: true },
    sessionId: token,
    // Two sessions with one token: what tells them apart is what their pages show.
    formToken: 'the-same-form-token-for-both',
    timeZone: '',
    theme: 'auto' as const,
  });
  const own = '{% extends "layout.njk" %}{% block main %}{{ text }}{% endblock %}';
  await using site = await webSite({ routes: [page], templates: { 'page.njk': own }, findSession });
  const get = async (who: string) => (await site.web.inject({ url: '/page', cookies: { trac_auth: who } })).body;
  for (const said of ['one', 'one', 'one', 'two', 'two', 'one']) {
    text = said;
    for (const who of ['ann', 'bob']) {
      const body = await get(who);
      expect(body).toContain(`<p id="user">${who}/`);
      expect(body).toContain(said);
    }
  }
});

test('on a site: a page that prints the instant prints another one each time', async () => {
  const page: Route = { method: 'GET', path: '/page', handle: () => ({ template: 'page.njk', data: { title: 'T' } }) };
  const own = '{% extends "layout.njk" %}{% block main %}at {{ now.getTime() }}.{% endblock %}';
  await using site = await webSite({ routes: [page], templates: { 'page.njk': own } });
  const token = cookieOf(await site.web.inject('/page'), 'trac_form_token').value;
  const seen = new Set<string | undefined>();
  for (let turn = 0; turn < 4; turn++) {
    const { body } = await site.web.inject({ url: '/page', cookies: { trac_form_token: token } });
    seen.add(/at (\d+)\./.exec(body)?.[1]);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  expect(seen.size).toBe(4);
});
