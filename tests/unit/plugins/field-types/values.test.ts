import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTexts, type Field, type OperationContext } from '../../../../core/index.ts';
import { toField } from '../../../../core/ticket/form.ts';
import { decodeDecimal, encodeDecimal, readDecimal } from '../../../../plugins/field-types/decimals.ts';
import { duration } from '../../../../plugins/field-types/duration.ts';
import { readMoment } from '../../../../plugins/field-types/moments.ts';
import { money } from '../../../../plugins/field-types/money.ts';
import { number, percent } from '../../../../plugins/field-types/number.ts';
import { datetime, time } from '../../../../plugins/field-types/time.ts';
import { instantOf, wallClock } from '../../../../plugins/field-types/zone.ts';

const NOW = new Date('2026-03-31T22:30:00Z');
const inZone = (timeZone: string): OperationContext => ({ now: NOW, timeZone }) as OperationContext;
const field = (type: string, attributes: Record<string, string> = {}, value: unknown = '', format = ''): Field => {
  const made = toField({ name: 'thing', type, attributes, format }, 'test');
  made.value = value;
  return made;
};

describe('decimals', () => {
  const decimals = fc
    .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 5 }))
    .map(([digits, places]) => digits / 10 ** places);

  test('sort as text as they do as numbers', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const order = compareTexts(encodeDecimal(String(a)), encodeDecimal(String(b)));
        expect(Math.sign(order)).toBe(Math.sign(a - b));
      }),
    );
  });

  test('come back as they were', () => {
    fc.assert(
      fc.property(decimals, (a) => {
        expect(Number(decodeDecimal(encodeDecimal(String(a))))).toBe(a + 0);
      }),
    );
  });

  test('read what people type, save commas and exponents', () => {
    expect(['007', '+1.50', '−2', "1'000", '1 234 567.8', '.5', '-0', '3.'].map(readDecimal)).toEqual([
      '7',
      '1.50',
      '-2',
      '1000',
      '1234567.8',
      '0.5',
      '0',
      '3',
    ]);
    expect(['1,5', '1e3', '', '-', '1 23', '0x1', 'NaN', '1.2.3'].map(readDecimal)).toEqual(Array(8).fill(undefined));
  });
});

describe('time zones', () => {
  test('an instant and its wall clock lead to each other', () => {
    const instants = fc.date({ min: new Date('1950-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    const zones = fc.constantFrom('Europe/Zurich', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC');
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        const wall = wallClock(at.getTime(), zone);
        // In an hour that comes twice the instant may be the other one; the clock shows the same.
        expect(wallClock(instantOf(wall, zone), zone)).toBe(wall);
      }),
    );
  });

  test('an hour that spring leaves out is read as the one after it', () => {
    expect(new Date(instantOf(Date.UTC(2026, 2, 29, 2, 30), 'Europe/Zurich')).toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });

  test('an hour that autumn brings twice comes back as the instant that is stored', async () => {
    for (const iso of ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']) {
      const due = field('datetime', {}, new Date(iso));
      const typed = datetime.typed?.(new Date(iso), due, 'Europe/Zurich') ?? '';
      expect(typed).toBe('2026-10-25T02:30');
      expect(await datetime.parse(typed, due, inZone('Europe/Zurich'))).toEqual(new Date(iso));
    }
  });

  test('typed times are meant where the person is; with an offset they are not', async () => {
    const read = async (typed: string, zone: string) =>
      String(((await time.parse(typed, field('time', {}, '', 'datetime'), inZone(zone))) as Date).toISOString());
    expect(await read('2026-07-01 12:00', 'Europe/Zurich')).toBe('2026-07-01T10:00:00.000Z');
    expect(await read('2026-07-01 12:00 UTC', 'Europe/Zurich')).toBe('2026-07-01T12:00:00.000Z');
    expect(await read('2026-07-01T12:00-05:00', 'Europe/Zurich')).toBe('2026-07-01T17:00:00.000Z');
    expect(await read('today', 'Europe/Zurich')).toBe('2026-03-31T22:00:00.000Z');
    expect(await read('today', 'America/New_York')).toBe('2026-03-31T04:00:00.000Z');
  });

  test('a time of which the day counts is the same day everywhere', async () => {
    const day = field('time', {}, '', 'date');
    for (const zone of ['Pacific/Apia', 'America/New_York']) {
      const value = await time.parse('2026-03-01', day, inZone(zone));
      expect(value).toEqual(new Date('2026-03-01T00:00:00Z'));
      for (const reader of ['UTC', 'Asia/Tokyo', 'America/New_York'])
        expect(time.display?.(value, day, reader)).toBe('2026-03-01');
    }
  });
});

describe('moments', () => {
  const spanOf = (text: string) => {
    const span = readMoment(text, NOW, 'UTC');
    return span && [span.from, span.below].map((at) => new Date(at).toISOString().slice(0, 16));
  };

  test('days, months, years and weeks reach to the beginning of the next', () => {
    expect(spanOf('2026-02')).toEqual(['2026-02-01T00:00', '2026-03-01T00:00']);
    expect(spanOf('2026-12')).toEqual(['2026-12-01T00:00', '2027-01-01T00:00']);
    expect(spanOf('2024')).toEqual(['2024-01-01T00:00', '2025-01-01T00:00']);
    expect(spanOf('this week')).toEqual(['2026-03-30T00:00', '2026-04-06T00:00']);
    expect(spanOf('last month')).toEqual(['2026-02-01T00:00', '2026-03-01T00:00']);
    expect(spanOf('next year')).toEqual(['2027-01-01T00:00', '2028-01-01T00:00']);
    expect(spanOf('2026-03-31 17:00')).toEqual(['2026-03-31T17:00', '2026-03-31T17:01']);
  });

  test('counted units go forth and back from now', () => {
    expect(spanOf('3 days ago')?.[0]).toBe('2026-03-28T22:30');
    expect(spanOf('in 2 hours')?.[0]).toBe('2026-04-01T00:30');
    expect(['3 days', 'in 3 days ago', 'in two days', '2026-00-01', '2026-01-00', '24:00'].map(spanOf)).toEqual(
      Array(6).fill(undefined),
    );
  });
});

describe('what is stored already', () => {
  test('stays valid when the bounds became narrower, and reads what was never padded', () => {
    expect(number.parse('50', field('number', { max: '10' }, 50), inZone('UTC'))).toBe(50);
    expect(() => number.parse('51', field('number', { max: '10' }, 50), inZone('UTC'))).toThrow('10 at most');
    expect(number.deserialise('42')).toBe(42);
    expect(time.deserialise('-0000000000000001000')).toEqual(new Date(-1));
    expect(time.deserialise('001709251200000000')).toEqual(new Date('2024-03-01T00:00:00Z'));
    expect([number, percent, duration].map((type) => type.deserialise('no number'))).toEqual(['', '', '']);
  });

  test('an amount is exact where a binary fraction is not', () => {
    const price = field('money', { currency: 'CHF' });
    expect(money.parse('0.30', price, inZone('UTC'))).toBe('0.30');
    expect(money.parse('123456789012.35', price, inZone('UTC'))).toBe('123456789012.35');
    expect(money.display?.('1234567.50', price, 'UTC')).toBe('1\u00a0234\u00a0567.50\u00a0CHF');
    expect(money.parse('1500', field('money', { currency: 'JPY' }), inZone('UTC'))).toBe('1500');
    expect(() => money.parse('1500.5', field('money', { currency: 'JPY' }), inZone('UTC'))).toThrow('whole number');
    expect(money.parse('1.125', field('money', { currency: 'KWD' }), inZone('UTC'))).toBe('1.125');
  });

  test('a day of work has the hours that the field says', () => {
    const work = field('duration', { hours_per_day: '8', days_per_week: '5' });
    expect(duration.parse('1w 1d', work, inZone('UTC'))).toBe(6 * 8 * 3600);
    expect(duration.display?.(6 * 8 * 3600, work, 'UTC')).toBe('1w 1d');
    expect(duration.display?.(6 * 8 * 3600, field('duration'), 'UTC')).toBe('2d');
  });
});
