import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countIndent, parseNumber, parseSwitch, parseWhole, splitList, strip, stripEnd } from '../../../core/kernel/literals.ts';

describe('strip', () => {
  it('takes off what Python calls white space, at both ends', () => {
    expect(strip('\u00a0\u3000\x1c\x85\t v w \u2028\n')).toBe('v w');
    expect(stripEnd('  v\u2009 ')).toBe('  v');
  });

  it('leaves a byte order mark, which JavaScript would strip', () => {
    expect(strip(' \ufeffv\ufeff ')).toBe('\ufeffv\ufeff');
  });

  it('makes nothing of only white space', () => {
    expect(strip(' \t ')).toBe('');
    expect(strip('')).toBe('');
  });

  it('takes no longer than the text deserves', () => {
    const started = performance.now();
    expect(strip(`k${' '.repeat(1_000_000)}v`)).toHaveLength(1_000_002);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('counts the indent', () => {
    expect(countIndent('\t  v')).toBe(3);
    expect(countIndent('  ')).toBe(2);
  });
});

describe('parseSwitch', () => {
  it.each(['yes', 'TRUE', ' on ', 'enabled', '2', '-1', '0.5', 'nan', '1_0', 'inf'])('takes %s as true', (raw) => {
    expect(parseSwitch(raw)).toBe(true);
  });

  it.each(['no', 'False', 'off', 'disabled', '0', '0.0', '-0'])('takes %s as false', (raw) => {
    expect(parseSwitch(raw)).toBe(false);
  });

  it.each(['y', 't', 'enable', 'aye', 'checked', '', '__proto__', '0x10'])('does not know "%s"', (raw) => {
    expect(parseSwitch(raw)).toBeUndefined();
  });
});

describe('parseWhole', () => {
  it.each([
    ['007', 7],
    ['-5', -5],
    ['+7', 7],
    ['1_000', 1000],
    ['٣', 3],
    ['１２', 12],
    ['𝟗', 9],
    [' 8 ', 8],
    ['99999999999999999999', 1e20],
  ])('reads %s', (raw, value) => {
    expect(parseWhole(raw)).toBe(value);
  });

  it.each(['', '1.0', '1e3', '0x10', '1 2', '_1', '1_', '1__0', 'abc', '²'])('does not read "%s"', (raw) => {
    expect(parseWhole(raw)).toBeUndefined();
  });

  it('reads every number that is printed', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (number) => parseWhole(String(number)) === number));
  });
});

describe('parseNumber', () => {
  it.each([
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1_0.5_0', 10.5],
    ['-1E-2', -0.01],
    ['inf', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['٣.٥', 3.5],
  ])('reads %s', (raw, value) => {
    expect(parseNumber(raw)).toBe(value);
  });

  it.each(['', '.', '1,5', '1e', '1_.5', 'e3', '0x1', 'info'])('does not read "%s"', (raw) => {
    expect(parseNumber(raw)).toBeUndefined();
  });

  it('reads every number that is printed', () => {
    fc.assert(fc.property(fc.double(), (number) => Object.is(parseNumber(String(number)), Object.is(number, -0) ? 0 : number)));
  });
});

describe('splitList', () => {
  it('drops empty items unless told to keep them', () => {
    expect(splitList('a, b ,,c,')).toEqual(['a', 'b', 'c']);
    expect(splitList('|a|b ', '|', true)).toEqual(['', 'a', 'b']);
  });

  it('finds nothing in an empty text, also when empty items are kept', () => {
    expect(splitList('', '|', true)).toEqual([]);
  });
});
