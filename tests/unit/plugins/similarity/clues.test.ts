import { expect, test } from 'vitest';
import { chooseClues } from '../../../../plugins/similarity/detector.ts';
import { REACH } from '../../../../plugins/similarity/word-counts.ts';

const worth = (): number => 1;
const clues = (counts: Readonly<Record<string, number>>) =>
  chooseClues(Object.keys(counts), new Map(Object.entries(counts)), worth);
const wordsOf = (counts: Readonly<Record<string, number>>): string[] => clues(counts).map(({ words }) => words.join('+'));
const readBy = (counts: Readonly<Record<string, number>>): number =>
  clues(counts).reduce((sum, { words, reach }) => sum + Math.min(reach, ...words.map((word) => counts[word] ?? 0)), 0);

test('rare words come first, and words that no ticket has are none', () => {
  expect(wordsOf({ page: 900, zeppelin: 2, typo: 0, basket: 40 })).toEqual(['zeppelin', 'basket', 'page']);
});

test('a word that too many tickets have is no clue by itself', () => {
  expect(wordsOf({ error: REACH })).toEqual([]);
  expect(wordsOf({ error: REACH, zeppelin: 2 })).toEqual(['zeppelin']);
});

test('common words count in pairs where rare ones leave something to read', () => {
  expect(wordsOf({ login: REACH, page: REACH, error: REACH })).toEqual(['login+page', 'login+error', 'page+error']);
  expect(wordsOf({ login: REACH, page: REACH, zeppelin: 2 })).toEqual(['zeppelin', 'login+page']);
  expect(wordsOf({ login: REACH, page: REACH, much: REACH - 1, more: REACH - 1 })).toEqual(['much', 'more']);
});

test('however many words there are and however common, what is read stays bounded', () => {
  const common = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`w${n}`, REACH]));
  const middling = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`w${n}`, REACH - 1 - n * 100]));
  const rare = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`w${n}`, 300]));
  for (const counts of [common, middling, rare, { ...rare, a: REACH, b: REACH }]) {
    expect(readBy(counts)).toBeLessThanOrEqual(16_000);
    expect(clues(counts).length).toBeGreaterThan(0);
    expect(clues(counts).length).toBeLessThanOrEqual(36);
  }
});
