import { instantOf, wallClock } from './zone.ts';

/** A span of time that somebody typed: a day, a minute, an instant. `below` is the first instant after it. */
export interface Span {
  readonly from: number;
  readonly below: number;
  /** Named without a clock time: from midnight to midnight, or longer. */
  readonly isDay: boolean;
}

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  year: 365 * DAY,
};

const dayOf = (wall: number): number => Math.floor(wall / DAY) * DAY;

function startOf(unit: string, wall: number): number {
  const day = new Date(dayOf(wall));
  if (unit === 'week') return day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY;
  if (unit === 'month') return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
  return Date.UTC(day.getUTCFullYear(), 0);
}

/** `this week`, `last month`, `next year`, as wall clocks. */
function namedPeriod(text: string, wall: number): readonly [number, number] | undefined {
  const match = /^(this|last|next) (week|month|year)$/.exec(text);
  const unit = match?.[2];
  if (!unit) return undefined;
  const longest = unit === 'week' ? 7 * DAY : unit === 'month' ? 31 * DAY : 366 * DAY;
  const start = startOf(unit, wall);
  const next = startOf(unit, start + longest);
  if (match[1] === 'this') return [start, next];
  return match[1] === 'last' ? [startOf(unit, start - 1), start] : [next, startOf(unit, next + longest)];
}

/** `today`, `in 2 hours`, `3 days ago`, ...; undefined when it is none of them. */
function relativeSpan(text: string, now: number, timeZone: string): Span | undefined {
  if (text === 'now') return { from: now, below: now + 1, isDay: false };
  const wall = wallClock(now, timeZone);
  const days = { today: 0, tomorrow: 1, yesterday: -1 }[text];
  const period = days === undefined ? namedPeriod(text, wall) : [dayOf(wall) + days * DAY, dayOf(wall) + (days + 1) * DAY];
  if (period) return { from: instantOf(period[0] ?? 0, timeZone), below: instantOf(period[1] ?? 0, timeZone), isDay: true };
  const match = /^(in )?(\d{1,6}) ?([a-z]+?)s?( ago)?$/.exec(text);
  const unit = UNITS[match?.[3] ?? ''];
  if (!match || unit === undefined || Boolean(match[1]) === Boolean(match[4])) return undefined;
  const from = now + (match[1] ? 1 : -1) * Number(match[2]) * unit;
  return { from, below: from + 1, isDay: false };
}

const CLOCK =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

/** The milliseconds of a wall clock; undefined for a day or an hour that no calendar or clock has. */
function wallOf(parts: readonly number[], fraction: string): number | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const wall = new Date(0);
  wall.setUTCFullYear(year, month - 1, day);
  const exists = wall.getUTCMonth() === month - 1 && wall.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists || year < 1) return undefined;
  wall.setUTCHours(hour, minute, second, Number(fraction.slice(0, 3).padEnd(3, '0')));
  return wall.getTime();
}

function offsetOf(text: string): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (!match) return text === '' ? undefined : 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
}

/** The first wall clock after the year, month, day, minute, second or thousandth that was named. */
function wallAfter(wall: number, named: number, fraction: string): number {
  const after = new Date(wall);
  if (named === 1) return after.setUTCFullYear(after.getUTCFullYear() + 1);
  if (named === 2) return after.setUTCMonth(after.getUTCMonth() + 1);
  if (named === 3) return wall + DAY;
  if (named === 5) return wall + 60_000;
  return wall + (fraction === '' ? 1000 : 1);
}

/** `2026`, `2026-03`, `2026-03-31`, with a clock time and an offset or without (then in the zone). */
function calendarSpan(text: string, timeZone: string): Span | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const parts = match.slice(1, 7).filter((one) => one !== undefined);
  const isDay = parts.length <= 3;
  const offset = offsetOf(match[8] ?? '');
  const wall = wallOf(parts.map(Number), match[7] ?? '');
  if (wall === undefined || (isDay && offset !== undefined)) return undefined;
  const instant = (one: number): number => (offset === undefined ? instantOf(one, timeZone) : one - offset);
  return { from: instant(wall), below: instant(wallAfter(wall, parts.length, match[7] ?? '')), isDay };
}

/**
 * Reads what people type for a time (Trac's forms): `2026-03-31 17:00`, with `T`, seconds and an offset or without, days, months,
 * years, `now`, `today`, `in 2 hours`, `3 days ago`, `this week`, `last month`. What has no offset is meant in the zone.
 */
export const readMoment = (text: string, now: Date, timeZone: string): Span | undefined =>
  calendarSpan(text.trim(), timeZone) ?? relativeSpan(text.trim().toLowerCase(), now.getTime(), timeZone);
