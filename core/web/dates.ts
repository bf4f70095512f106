import { isTimeZone } from '../kernel/time-zones.ts';

/** Dates as pages show them. Formatters are kept: making one costs a hundred times more than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const ages = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formatters.set(timeZone, made);
  return made;
}

/** `2026-03-01`. An unknown zone counts as UTC. */
export const formatDate = (time: Date, timeZone: string): string => formatDateTime(time, timeZone).slice(0, 10);

/** `2026-03-01 14:05`. An unknown zone counts as UTC. */
export function formatDateTime(time: Date, timeZone: string): string {
  const key = `${time.getTime()} ${timeZone}`;
  const known = written.get(key);
  if (known !== undefined) return known;
  const text = formatter(timeZone).format(time).replace(', ', ' ');
  if (written.size >= MOST_WRITTEN) written.clear();
  written.set(key, text);
  return text;
}

/** The tickets that people look at are mostly the same few. */
const written = new Map<string, string>();
const MOST_WRITTEN = 1000;

/** `3 days ago`, `in 2 hours`, `yesterday`; within a minute `just now`. */
export function formatAge(time: Date, now: Date): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return inUnits(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

const said = new Map<string, string>();

/** A page says dozens of ages, and most of them again and again. */
function inUnits(count: number, unit: Intl.RelativeTimeFormatUnit): string {
  const key = `${count} ${unit}`;
  const known = said.get(key);
  if (known !== undefined) return known;
  const text = ages.format(count, unit);
  if (said.size < 1000) said.set(key, text);
  return text;
}

/** How long to wait, in words: `1 second`, `45 seconds`, `2 minutes`. */
export function formatWait(seconds: number): string {
  if (seconds >= 90) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}
