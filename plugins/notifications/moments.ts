import type { Pace } from './rules.ts';
import type { PersonSettings } from './store.ts';

const MINUTE = 60_000;
const DAY_MINUTES = 1440;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Minutes since midnight, as clocks show it there. */
function minutesAt(time: Date, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    if (clocks.size < 1000) clocks.set(timeZone, clock);
  }
  const [hours = 0, minutes = 0] = clock.format(time).split(':').map(Number);
  return hours * 60 + minutes;
}

/** The next moment at which clocks there show that time: at once, if they do now. */
function nextAt(time: Date, minutes: number, timeZone: string): Date {
  const start = Math.floor(time.getTime() / MINUTE) * MINUTE;
  const ahead = (wanted: number, at: Date): number => (wanted - minutesAt(at, timeZone) + DAY_MINUTES) % DAY_MINUTES;
  const wait = ahead(minutes, time);
  if (wait === 0) return time;
  const guess = new Date(start + wait * MINUTE);
  // When clocks were changed in between, the guess is off by as much.
  const off = ahead(minutes, guess);
  return off === 0 ? guess : new Date(guess.getTime() + (off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off) * MINUTE);
}

/** `22:30` in minutes; undefined for anything else. */
export function readClock(text: string): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim());
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined;
}

/** When quiet hours that this moment lies in are over; otherwise the moment itself. */
export function afterQuiet(time: Date, { quietFrom, quietTo }: PersonSettings, timeZone: string): Date {
  const from = readClock(quietFrom);
  const to = readClock(quietTo);
  if (from === undefined || to === undefined || from === to) return time;
  const now = minutesAt(time, timeZone);
  const isQuiet = from < to ? now >= from && now < to : now >= from || now < to;
  return isQuiet ? nextAt(time, to, timeZone) : time;
}

/** When somebody is to be told of what happened now. */
export function whenToTell(now: Date, pace: Pace, settings: PersonSettings, timeZone: string): Date {
  if (pace === 'now') return afterQuiet(now, settings, timeZone);
  const next =
    pace === 'hourly'
      ? new Date(Math.floor(now.getTime() / (60 * MINUTE)) * 60 * MINUTE + 60 * MINUTE)
      : nextAt(new Date(now.getTime() + MINUTE), settings.digestHour * 60, timeZone);
  return afterQuiet(next, settings, timeZone);
}
