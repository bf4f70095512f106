import { type Field, type FieldType, InvalidValueError } from 'tracts';

const UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };

const startOfDay = (time: Date): Date => new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));

/** `now`, `today`, `tomorrow`, `yesterday`, `in 2 hours`, `3 days ago`; undefined when it is none of them. */
function parseRelative(text: string, now: Date): Date | undefined {
  const days = { today: 0, tomorrow: 1, yesterday: -1 }[text];
  if (text === 'now') return now;
  if (days !== undefined) return new Date(startOfDay(now).getTime() + days * 86_400_000);
  const match = /^(in )?(\d{1,6}) ?([a-z]+?)s?( ago)?$/.exec(text);
  const seconds = UNITS[match?.[3] ?? ''];
  if (!match || seconds === undefined || Boolean(match[1]) === Boolean(match[4])) return undefined;
  return new Date(now.getTime() + (match[1] ? 1 : -1) * Number(match[2]) * seconds * 1000);
}

/** `2024-05-06`, `2024-05-06 12:30[:15]`, with `T` and an offset or without (then UTC); impossible dates are refused. */
function parseIso(text: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (!match?.[1]) return undefined;
  const offset = (match[3] ?? 'Z').toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const time = new Date(`${match[1]}T${match[2] ?? '00:00'}${offset}`);
  const day = new Date(`${match[1]}T00:00Z`);
  return Number.isNaN(time.getTime()) || day.toISOString().slice(0, 10) !== match[1] ? undefined : time;
}

function parseTime(raw: unknown, field: Field, now: Date): Date | '' {
  if (raw instanceof Date) return raw;
  const text = (typeof raw === 'string' ? raw : '').trim();
  if (text === '') return '';
  const time = parseIso(text) ?? parseRelative(text.toLowerCase(), now);
  if (!time)
    throw new InvalidValueError(
      `“${text}” is no time that ${field.label} understands. Example: ${field.format === 'date' ? '2026-03-31' : '2026-03-31 17:00'}`,
    );
  return field.format === 'date' ? startOfDay(time) : time;
}

/** An instant, kept as microseconds in 18 digits so that text sorts as time (FD-12). Without an offset it is read as UTC. */
export const time: FieldType<Date | ''> = {
  name: 'time',
  template: 'fields/time.njk',
  parse: (raw, field, ctx) => parseTime(raw, field, ctx.now),
  initial: (raw, field, ctx) => parseTime(raw, field, ctx.now),
  serialise: (value) => (value instanceof Date ? String(value.getTime() * 1000).padStart(18, '0') : ''),
  deserialise: (stored) => (/^-?\d+$/.test(stored) ? new Date(Number(stored) / 1000) : ''),
  display: (value, field) => {
    if (!(value instanceof Date)) return String(value);
    const iso = value.toISOString();
    return field.format === 'date' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
  },
};
