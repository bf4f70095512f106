import { describe, expect, it } from 'vitest';
import { option } from '../../../core/kernel/option.ts';

describe('a declared option', () => {
  it('has its name in lower case, as it is looked up', () => {
    expect(option.text('sla', 'Response_Hours', '', 'Help.').name).toBe('response_hours');
  });

  it('keeps a text as it is', () => {
    expect(option.text('a', 'b', '', '').parse(' x ')).toBe(' x ');
  });

  it('reads whole numbers as Trac does, an empty text as zero', () => {
    const { parse } = option.int('a', 'b', 8, '');
    expect([parse('1_000'), parse('٣'), parse('007'), parse('')]).toEqual([1000, 3, 7, 0]);
    for (const raw of ['1.0', 'soon', '1e3']) expect(() => parse(raw)).toThrow('expected a whole number');
  });

  it('reads numbers, but neither infinity nor NaN', () => {
    const { parse } = option.float('a', 'b', 0, '');
    expect([parse('2.5'), parse('1e3'), parse(' ')]).toEqual([2.5, 1000, 0]);
    for (const raw of ['inf', 'nan', '1,5']) expect(() => parse(raw)).toThrow('expected a number');
  });

  it('reads the switches that Trac knows and refuses the words that Trac would take as false', () => {
    const { parse, print } = option.bool('a', 'b', false, '');
    expect([parse('On'), parse('enabled'), parse('2'), parse('off'), parse('0'), parse('')]).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    for (const raw of ['y', 'aye', 'enable', 'checked']) expect(() => parse(raw)).toThrow('expected yes or no');
    expect([print(true), print(false)]).toEqual(['enabled', 'disabled']);
  });

  it('reads and prints lists', () => {
    const { parse, print } = option.list('a', 'b', [], '');
    expect(parse('milestone, version,,')).toEqual(['milestone', 'version']);
    expect(print(['milestone', 'version'])).toBe('milestone, version');
  });

  it('reads one of a few words and names them all otherwise', () => {
    const choice = option.choice('a', 'b', ['always', 'never'], 'never', 'Help.', { secret: true });
    expect(choice.parse(' always ')).toBe('always');
    expect(() => choice.parse('often')).toThrow('expected one of always, never');
    expect(choice).toMatchObject({ secret: true, expects: 'one of always, never', fallback: 'never' });
  });
});
