import {
  type AttributeFault,
  equalsCondition,
  type Field,
  type FieldType,
  InvalidValueError,
  type OperationContext,
  rangeCondition,
  splitRange,
} from 'tracts';
import { attributeOf, defaultFaults, lineOf } from './attributes.ts';
import { readMoment } from './moments.ts';
import { wallClock, writeDay } from './zone.ts';

type When = Pick<OperationContext, 'now' | 'timeZone'>;

/** A typed day; words such as `today` mean the day where the person is. */
function readDay(typed: string, field: Field, { now, timeZone }: When): string {
  const span = readMoment(typed, now, timeZone);
  if (!span || !(span.isDay || COUNTED.test(typed)))
    throw new InvalidValueError(`“${typed}” is no day that ${field.label} understands. Example: 2026-03-31`);
  return writeDay(wallClock(span.from, timeZone));
}
const COUNTED = /^\s*(in )?\d+ ?(day|week|month|year)s?( ago)?\s*$/i;

const NEVER: When = { now: new Date(0), timeZone: 'UTC' };
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;
const boundOf = (field: Field, name: string): string => {
  const text = attributeOf(field, name);
  return ISO_DAY.test(text) ? text : '';
};

function boundFault(day: string, field: Field): string | undefined {
  const [min, max] = [boundOf(field, 'min'), boundOf(field, 'max')];
  if (min !== '' && day < min) return `${field.label} must be ${min} or later, not ${day}.`;
  return max !== '' && day > max ? `${field.label} must be ${max} or earlier, not ${day}.` : undefined;
}

function parseDate(raw: unknown, field: Field, when: When): string {
  const typed = raw instanceof Date ? writeDay(raw.getTime()) : lineOf(raw);
  if (typed === '') return '';
  const day = readDay(typed, field, when);
  // What is stored stays valid when the bounds have become narrower.
  const fault = day === field.value ? undefined : boundFault(day, field);
  if (fault) throw new InvalidValueError(fault);
  return day;
}

const boundFaults = (field: Field): AttributeFault[] =>
  ['min', 'max'].flatMap((attribute) => {
    const text = attributeOf(field, attribute);
    try {
      if (text === '' || (ISO_DAY.test(text) && readDay(text, field, NEVER) === text)) return [];
    } catch {
      // Told below.
    }
    return [{ attribute, message: `"${text}" is no day.`, remedy: 'Write a day such as 2026-03-31.' }];
  });

/** A day of the calendar, the same for everybody whatever the time zone: `2026-03-31`. */
export const date: FieldType<string> = {
  name: 'date',
  template: 'fields/date.njk',
  parse: parseDate,
  initial: parseDate,
  serialise: (value) => value,
  deserialise: (stored) => stored,
  present: (value, field) => ({
    min: boundOf(field, 'min'),
    max: boundOf(field, 'max'),
    isDay: typeof value === 'string' && (value === '' || ISO_DAY.test(value)),
  }),
  attributes: { min: 'First day, as 2026-03-31.', max: 'Last day.' },
  checkField: (field) => [...boundFaults(field), ...defaultFaults(field, (text) => parseDate(text, field, NEVER))],
  operators: ['is', 'between'],
  toSql(typed, { operator, column, field, ctx }) {
    const range = operator === 'between' ? splitRange(typed) : undefined;
    if (!range) return equalsCondition(column, readDay(typed, field, ctx));
    const [from, to] = range.map((one) => (one === '' ? undefined : readDay(one, field, ctx)));
    return rangeCondition(column, { from, to });
  },
  jsonSchema: () => ({ type: 'string', format: 'date', pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
};
