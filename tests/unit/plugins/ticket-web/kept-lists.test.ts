import { expect, test } from 'vitest';
import { keeper, keepList } from '../../../../plugins/ticket-web/kept-lists.ts';

const frozen = (name: string) => Object.freeze({ name });

test('lists of the same frozen members in the same order are one list that nobody can change', () => {
  const [a, b] = [frozen('a'), frozen('b')];
  const first = keepList([a, b]);
  expect(keepList([a, b])).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
  expect(keepList([b, a])).not.toBe(first);
  expect(keepList([a])).not.toBe(first);
  expect(keepList([a, frozen('b')])).not.toBe(first);
});

test('a list with a member that may still change stays as it was given', () => {
  const list = [frozen('a'), { name: 'b' }];
  expect(keepList(list)).toBe(list);
  expect(Object.isFrozen(list)).toBe(false);
  const none: object[] = [];
  expect(keepList(none)).toBe(none);
});

test('lists that begin alike are found again, the latest ones at least', () => {
  const first = frozen('a');
  const made = Array.from({ length: 20 }, (_, index) => keepList([first, frozen(String(index))]));
  expect(keepList([...(made.at(-1) ?? [])])).toBe(made.at(-1));
});

test('what is made from a frozen object is made once for each look, and frozen', () => {
  const keep = keeper<object, { look: string }>();
  const from = frozen('a');
  const first = keep(from, 'plain', () => ({ look: 'plain' }));
  expect(keep(from, 'plain', () => ({ look: 'never made' }))).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
  expect(keep(from, 'bold', () => ({ look: 'bold' }))).toEqual({ look: 'bold' });
  expect(keep(frozen('a'), 'plain', () => ({ look: 'of another' }))).toEqual({ look: 'of another' });
});

test('what is made from an object that may still change is made anew', () => {
  const keep = keeper<object, { at: number }>();
  const from = { name: 'a' };
  expect(keep(from, '', () => ({ at: 1 }))).toEqual({ at: 1 });
  expect(keep(from, '', () => ({ at: 2 }))).toEqual({ at: 2 });
});
