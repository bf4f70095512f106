import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTexts, type DiffLine, type Piece } from '../../../../plugins/ticket-history/diff.ts';

const textOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');
const marked = (pieces: readonly Piece[]): string[] => pieces.filter((piece) => piece.marked).map(({ text }) => text);
const kinds = (lines: readonly DiffLine[]): string => lines.map(({ kind }) => kind[0]).join('');

test('a changed word is marked within its line, on both sides', () => {
  const { lines } = compareTexts('The clock is slow\nto the hour', 'The clock is fast\nto the hour');
  expect(kinds(lines)).toBe('cs');
  expect(marked(lines[0]?.before ?? [])).toEqual(['slow']);
  expect(marked(lines[0]?.after ?? [])).toEqual(['fast']);
  expect([lines[0]?.oldNumber, lines[0]?.newNumber]).toEqual([1, 1]);
});

test('lines that came and went keep the numbers of their own text', () => {
  const { lines } = compareTexts('a\nb\nc', 'a\nc\nd');
  expect(lines.map(({ kind, oldNumber, newNumber }) => [kind, oldNumber, newNumber])).toEqual([
    ['same', 1, 1],
    ['removed', 2, 0],
    ['same', 3, 2],
    ['added', 0, 3],
  ]);
});

test('equal lines far from any difference are left out and counted', () => {
  const many = Array.from({ length: 40 }, (_, n) => `line ${n}`);
  const { lines } = compareTexts(many.join('\n'), [...many.slice(0, 20), 'other', ...many.slice(21)].join('\n'));
  expect(kinds(lines)).toBe('ssssscssss'.replace('sssss', 'ssss'));
  expect(lines.filter(({ kind }) => kind === 'skip').map(({ count }) => count)).toEqual([17, 16]);
});

test('an empty text has no lines, and ends of lines of other systems are none of the text’s', () => {
  expect(kinds(compareTexts('', 'a\nb').lines)).toBe('aa');
  expect(kinds(compareTexts('a\nb', '').lines)).toBe('rr');
  expect(compareTexts('a\r\nb', 'a\nb').lines.every(({ kind }) => kind === 'same' || kind === 'skip')).toBe(true);
});

test('texts that have nothing in common are shown one after the other, in time', () => {
  const lines = (prefix: string) => Array.from({ length: 20_000 }, (_, n) => `${prefix}${n}`).join('\n');
  const begun = performance.now();
  const diff = compareTexts(lines('a'), lines('b'));
  expect(diff.isCoarse).toBe(true);
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(diff.lines).toHaveLength(40_000);
});

test('long changed lines are compared in bounded time', () => {
  const long = (word: string) => Array.from({ length: 1_000 }, (_, n) => `${word}${n % 7}`).join(' ');
  const begun = performance.now();
  compareTexts(Array(200).fill(long('a')).join('\n'), Array(200).fill(long('b')).join('\n'));
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('what is shown of two texts are those two texts', () => {
  const line = fc.constantFrom('', 'a', 'a b', 'a  c', ' x', 'longer words here', '<b>');
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { lines } = compareTexts(before, after);
      const side = (number: (line: DiffLine) => number, pieces: (line: DiffLine) => readonly Piece[], source: string) => {
        const all = source === '' ? [] : source.split('\n');
        for (const one of lines) if (number(one) > 0) expect(textOf(pieces(one))).toBe(all[number(one) - 1]);
        const shown = lines.filter((one) => number(one) > 0).length;
        const skipped = lines.reduce((sum, one) => sum + one.count, 0);
        expect(shown + skipped).toBe(all.length);
      };
      side(
        ({ oldNumber }) => oldNumber,
        ({ before: pieces }) => pieces,
        before,
      );
      side(
        ({ newNumber }) => newNumber,
        ({ after: pieces }) => pieces,
        after,
      );
    }),
  );
});
