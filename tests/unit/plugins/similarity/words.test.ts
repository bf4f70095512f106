import { expect, test } from 'vitest';
import { isSlip, shareOf, similarityOf } from '../../../../plugins/similarity/ranking.ts';
import { readWords, stem } from '../../../../plugins/similarity/words.ts';

const wordsOf = (text: string): string[] => [...readWords(text, '').keys()];

test.each([
  ['crash crashes crashed crashing'],
  ['upload uploads uploaded uploading uploader'],
  ['save saves saved saving'],
  ['query queries queried'],
  ['stop stops stopped stopping'],
  ['page pages paging'],
  ['create creates created creating creation'],
  ['index indexes indexed indexing'],
  ['connect connection connections connected'],
])('the forms of one word become one: %s', (forms) => {
  expect(new Set(forms.split(' ').map(stem)).size).toBe(1);
});

test('words that only end alike keep apart', () => {
  const words = [
    'as',
    'bus',
    'process',
    'analysis',
    'string',
    'king',
    'bed',
    'sing',
    'red',
    'best',
    'h2o',
    '404',
    'nation',
    'station',
  ];
  expect(new Set(words.map(stem)).size).toBe(words.length);
});

test('names of the code are found whole and by their parts', () => {
  expect(wordsOf('NullPointerException in HTMLParser')).toEqual(
    expect.arrayContaining(['nul', 'point', 'html', 'nullpointerexcept']),
  );
});

test('accents, case and compatibility forms make no difference', () => {
  expect(wordsOf('CAFÉ naïve Ünïcode ﬁle')).toEqual(wordsOf('cafe naive unicode file'));
});

test('scripts without spaces are cut into pairs', () => {
  expect(wordsOf('日本語のテスト')).toEqual(['日本', '本語', '語の', 'のテ', 'テス', 'スト']);
  expect(wordsOf('ログインできない')).toContain('ログ');
});

test.each(['', '   ', '😀👍🏽', '"\'()*^:{}[]-+~<>|&!', 'the and of it is', '\u0000\u202e\ud800', '-- ;'])(
  '“%s” says nothing',
  (text) => {
    expect(wordsOf(text)).toEqual([]);
  },
);

test('words consist of letters and digits, whatever is thrown in', () => {
  const text = `a"b' c*d NEAR(e f) {col}:x ^y "z" -- ; drop table\u0000 İstanbul ẞ ½ ① \ud83d x\u0301y`;
  for (const word of wordsOf(text)) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
});

test('a text of any length is read in bounded time and gives a bounded number of words', () => {
  const texts = ['x'.repeat(2_000_000), 'ab '.repeat(500_000), Array.from({ length: 50_000 }, (_, n) => `w${n}`).join(' ')];
  const start = performance.now();
  for (const text of texts) {
    const words = [...readWords(text, text).keys()];
    expect(words.length).toBeLessThanOrEqual(300);
    for (const word of words) expect(word.length).toBeLessThanOrEqual(40);
  }
  expect(performance.now() - start).toBeLessThan(2_000);
});

test.each([
  ['upload', 'uplaod', true],
  ['upload', 'uploda', true],
  ['upload', 'uload', true],
  ['upload', 'uppload', true],
  ['upload', 'uplead', true],
  ['upload', 'upload', true],
  ['upload', 'download', false],
  ['upload', 'aplaad', false],
  ['abcdef', 'badcef', false],
])('%s and %s are one slip apart: %s', (a, b, expected) => {
  expect([isSlip(a, b), isSlip(b, a)]).toEqual([expected, expected]);
});

test('what rare words share counts more than what common ones do, and a slip counts a little less', () => {
  const worth = (word: string): number => (word === 'rareword' ? 9 : 1);
  const draft = new Set(['rareword', 'pag', 'error']);
  expect(shareOf(draft, new Set(['rareword']), worth, false)).toBeCloseTo(9 / 11);
  expect(shareOf(draft, new Set(['pag', 'error']), worth, false)).toBeCloseTo(2 / 11);
  expect(shareOf(draft, new Set(['rarewrod']), worth, false)).toBe(0);
  expect(shareOf(draft, new Set(['rarewrod']), worth, true)).toBeCloseTo(7.2 / 11);
  expect(shareOf(new Set(), draft, worth, true)).toBe(0);
});

test('the same words score 1, none score 0, and a long ticket is held less against a summary alone', () => {
  const how = { worth: () => 1, forgiving: true };
  const draft = new Set(['basket', 'empti']);
  const long = new Set(['basket', 'empti', ...Array.from({ length: 20 }, (_, n) => `word${n}`)]);
  expect(similarityOf(draft, draft, { ...how, onlySummary: false })).toBe(1);
  expect(similarityOf(draft, new Set(['other']), { ...how, onlySummary: false })).toBe(0);
  const [typing, whole] = [true, false].map((onlySummary) => similarityOf(draft, long, { ...how, onlySummary }));
  expect(typing).toBeGreaterThan(whole ?? 1);
});
