import {
  type Field,
  type FieldCondition,
  type FieldType,
  InvalidValueError,
  rangeCondition,
  type SqlFragment,
  splitRange,
} from 'tracts';
import { defaultFaults, lineOf, wordFaults } from './attributes.ts';
import { decodeDecimal, encodeDecimal } from './decimals.ts';
import { readMoment, type Span } from './moments.ts';
import { wallClock, writeDay, writeWall } from './zone.ts';

const DAY = 86_400_000;
const DIGITS = 18;

const refuse = (typed: string, field: Field): never => {
  const example = field.format === 'date' ? '2026-03-31' : '2026-03-31 17:00';
  throw new InvalidValueError(`“${typed}” is no time that ${field.label} understands. Example: ${example}`);
};

/** A time of which only the day counts is the same day for everybody: midnight in UTC. */
const settle = (time: number, field: Field, zone: string): Date =>
  new Date(field.format === 'date' ? Math.floor(wallClock(time, zone) / DAY) * DAY : time);

function parseTime(raw: unknown, field: Field, now: Date, timeZone = 'UTC'): Date | '' {
  if (raw instanceof Date && !Number.isNaN(raw.getTime())) return raw;
  const typed = lineOf(raw);
  if (typed === '') return '';
  // In autumn an hour comes twice, and only the stored value tells which one was meant.
  if (field.value instanceof Date && typed === typeTime(field.value, field, timeZone)) return field.value;
  const span = readMoment(typed, now, timeZone) ?? refuse(typed, field);
  return settle(span.from, field, timeZone);
}

const typeTime = (value: Date, { format, type }: Field, timeZone: string): string => {
  if (Number.isNaN(value.getTime())) return '';
  return format === 'date'
    ? writeDay(value.getTime())
    : writeWall(wallClock(value.getTime(), timeZone), type === 'datetime' ? 'T' : ' ');
};

/** Microseconds in 18 digits, so that text sorts as time (FD-12). */
const encodeTime = (time: Date): string => encodeDecimal(`${time.getTime()}000`, DIGITS);

/** Reads what `encodeTime` wrote, and what Trac did: fewer digits, and a plain sign before 1970. */
function decodeTime(stored: string): Date | '' {
  const micros = decodeDecimal(stored);
  if (micros === undefined || micros.includes('.')) return '';
  const time = new Date(Number(micros.slice(0, -3) || '0'));
  return Number.isNaN(time.getTime()) ? '' : time;
}

/** A span contains the time; `low..high` leaves its end out, as in Trac. */
function timeCondition(typed: string, { column, field, ctx, operator }: FieldCondition): SqlFragment {
  const read = (text: string): Span | undefined =>
    text === '' ? undefined : (readMoment(text, ctx.now, ctx.timeZone) ?? refuse(text, field));
  const at = (time: number | undefined): string | number | undefined => {
    if (time === undefined) return undefined;
    const settled = settle(time, field, ctx.timeZone);
    return column.numeric ? settled.getTime() * 1000 : encodeTime(settled);
  };
  const range = operator === 'between' ? splitRange(typed) : undefined;
  if (range) return rangeCondition(column, { from: at(read(range[0])?.from), below: at(read(range[1])?.from) });
  const span = read(typed);
  return rangeCondition(column, { from: at(span?.from), below: at(span?.below) });
}

const instant = (name: string): FieldType<Date | ''> => ({
  name,
  template: `fields/${name}.njk`,
  parse: (raw, field, ctx) => parseTime(raw, field, ctx.now, ctx.timeZone),
  // Copying a field costs more than all the rest of a draft, and most have no default.
  initial: (raw, field, ctx) => (raw === '' ? '' : parseTime(raw, { ...field, value: '' }, ctx.now, ctx.timeZone)),
  serialise: (value) => (value instanceof Date ? encodeTime(value) : ''),
  deserialise: decodeTime,
  typed: (value, field, timeZone) => (value instanceof Date ? typeTime(value, field, timeZone) : ''),
  display(value, field, timeZone) {
    if (!(value instanceof Date)) return String(value);
    return field.format === 'date' ? writeDay(value.getTime()) : writeWall(wallClock(value.getTime(), timeZone)).slice(0, 16);
  },
  present: (_value, _field, ctx) => ({ timeZone: ctx.timeZone }),
  checkField: (field) => [
    ...(name === 'time' ? wordFaults('format', field.format, ['relative', 'date', 'datetime']) : []),
    ...defaultFaults(field, (text) => parseTime(text, { ...field, value: '' }, new Date(0))),
  ],
  operators: ['is', 'between'],
  toSql: timeCondition,
  compare: (a, b) => Number(a) - Number(b),
  jsonSchema: () => ({ type: 'string', format: 'date-time', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}' }),
  toJson: (value) => (value instanceof Date ? value.toISOString() : value),
  fromJson(json, { label }) {
    if (typeof json !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(json))
      throw new InvalidValueError(`${label} takes a time such as 2026-03-31T17:00:00Z.`);
    return json;
  },
});

/** An instant in one of Trac's formats: `datetime`, `relative` (how long ago), or `date` (the day alone). */
export const time: FieldType<Date | ''> = instant('time');
/** An instant, chosen in the browser's own calendar and clock. */
export const datetime: FieldType<Date | ''> = instant('datetime');
