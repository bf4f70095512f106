/** Wall clocks and instants. A wall clock is kept as the milliseconds that a clock in UTC would show: no zone, plain sums. */

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
    hourCycle: 'h23',
  });
  formatters.set(timeZone, made);
  return made;
}

/** What a clock in the zone shows at an instant. */
export function wallClock(time: number, timeZone: string): number {
  if (timeZone === 'UTC' || Number.isNaN(time)) return time;
  const parts: Record<string, string> = {};
  for (const { type, value } of formatter(timeZone).formatToParts(time)) parts[type] = value;
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const wall = new Date(0);
  wall.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']));
  wall.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']));
  return wall.getTime() + (((time % 1000) + 1000) % 1000);
}

/**
 * The instant at which a clock in the zone shows this. An hour that comes twice means one of the two, always the same; one that
 * is left out in spring means an hour later.
 */
export function instantOf(wall: number, timeZone: string): number {
  if (timeZone === 'UTC') return wall;
  const offset = wallClock(wall, timeZone) - wall;
  const guess = wall - offset;
  const second = wallClock(guess, timeZone) - guess;
  if (second === offset) return guess;
  const other = wall - second;
  return wallClock(other, timeZone) === wall ? other : Math.max(guess, other);
}

/** `2026-03-31 17:00`, with seconds and thousandths where they are not 0. `wall` is a wall clock. */
export function writeWall(wall: number, separator = ' '): string {
  const iso = new Date(wall).toISOString();
  const clock = iso.slice(11, 23).replace(/(:00)?\.000$/, '');
  return `${iso.slice(0, 10)}${separator}${clock}`;
}

/** The day of a wall clock: `2026-03-31`. */
export const writeDay = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
