import { expect, test } from 'vitest';
import { localText, readLocal } from '../../../../plugins/vocabularies/local-time.ts';

test.each([
  ['2026-03-01', 'UTC', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T14:05', 'UTC', '2026-03-01T14:05:00.000Z'],
  ['2026-07-01 14:05', 'Europe/Zurich', '2026-07-01T12:05:00.000Z'],
  ['2026-01-01T00:00:30', 'America/New_York', '2026-01-01T05:00:00.000Z'],
  ['2026-06-15 08:00', 'Asia/Kathmandu', '2026-06-15T02:15:00.000Z'],
])('“%s” in %s is %s', (text, zone, instant) => {
  expect(readLocal(text, zone)?.toISOString()).toBe(instant);
  expect(localText(new Date(instant), zone).slice(0, text.length)).toBe(text.replace(' ', 'T').slice(0, 16));
});

test.each([
  '2026-02-30',
  '2026-13-01',
  '2026-01-01 24:00',
  '2026-01-01 10:60',
  '1.3.2026',
  'soon',
  '2026-01-01T10',
  '0001-01-01',
])('“%s” is no date', (text) => {
  expect(readLocal(text, 'Europe/Zurich')).toBeNull();
});

test('nothing typed is no time', () => {
  expect(readLocal('  ', 'UTC')).toBeUndefined();
  expect(localText(undefined, 'UTC')).toBe('');
});

test('an hour that a change of clocks leaves out counts as a neighbour of it', () => {
  const read = readLocal('2026-03-29 02:30', 'Europe/Zurich');
  expect(Math.abs((read?.getTime() ?? 0) - Date.UTC(2026, 2, 29, 1, 30))).toBeLessThanOrEqual(3_600_000);
});
