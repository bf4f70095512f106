const kept = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  const known = kept.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  kept.set(timeZone, made);
  return made;
}

/** The wall clock of the zone at an instant, as if it were UTC. */
function wallClock(instant: Date, timeZone: string): number {
  const parts = new Map(
    formatter(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** What `<input type="datetime-local">` shows: `2026-03-01T14:05`. */
export const localText = (instant: Date | undefined, timeZone: string): string =>
  instant ? new Date(wallClock(instant, timeZone)).toISOString().slice(0, 16) : '';

/**
 * Reads `2026-03-01` (the start of that day) or `2026-03-01T14:05`, a blank for the T too, in the time zone; a time that a
 * change of clocks leaves out counts as the one an hour later. Empty gives undefined, anything else null.
 */
export function readLocal(text: string, timeZone: string): Date | undefined | null {
  if (text.trim() === '') return undefined;
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d)?)?$/.exec(text.trim());
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  const isDay = new Date(wall).getUTCDate() === day && new Date(wall).getUTCMonth() === month - 1 && hour < 24 && minute < 60;
  if (!isDay || year < 1900) return null;
  let instant = wall;
  for (let tries = 0; tries < 3; tries += 1) instant += wall - wallClock(new Date(instant), timeZone);
  return new Date(instant);
}
