import { type AttributeFault, type Field, type FieldType, InvalidValueError } from 'tracts';
import { attributeOf, compiled, defaultFaults, lineOf } from './attributes.ts';
import { decodeDecimal, encodeDecimal } from './decimals.ts';
import { numberCondition } from './number.ts';

interface Scale {
  /** Seconds of a day and of a week; working time has shorter ones. */
  readonly day: number;
  readonly week: number;
}

const HOUR = 3600;
const between = (text: string, most: number, fallback: number): number =>
  /^\d{1,3}(\.\d)?$/.test(text) && Number(text) > 0 && Number(text) <= most ? Number(text) : fallback;

const scaleOf = compiled((field): Scale => {
  const day = between(attributeOf(field, 'hours_per_day'), 24, 24) * HOUR;
  return { day, week: between(attributeOf(field, 'days_per_week'), 7, 7) * day };
});

const MOST_SECONDS = 999_999_999_999;
const FORM = /^(?:\d+(?:\.\d+)?\s*(?:w|d|h|m|min|s)\s*)+$/i;
const PART = /(\d+(?:\.\d+)?)\s*(min|[wdhms])/gi;

const secondsOf = (amount: string, unit: string, { day, week }: Scale): number => {
  const seconds = { w: week, d: day, h: HOUR, m: 60, min: 60, s: 1 }[unit.toLowerCase()] ?? 0;
  return Math.round(Number(amount) * seconds);
};

/** `1w 2d 3h 30m 5s` in any order, `1.5h`, `2:30` for hours and minutes. */
function readDuration(raw: unknown, field: Field): number | '' {
  const typed = lineOf(raw);
  if (typed === '') return '';
  const clock = /^(\d{1,6}):([0-5]\d)$/.exec(typed);
  if (clock) return Number(clock[1]) * HOUR + Number(clock[2]) * 60;
  // Tested in length first: a long run of digits must not be tried in every way to cut it.
  if (typed.length > 100 || !FORM.test(typed))
    throw new InvalidValueError(`“${typed.slice(0, 100)}” is no duration, which ${field.label} needs. Example: 1d 2h 30m`);
  let seconds = 0;
  for (const [, amount = '', unit = ''] of typed.matchAll(PART)) seconds += secondsOf(amount, unit, scaleOf(field));
  if (seconds > MOST_SECONDS) throw new InvalidValueError(`“${typed}” is too long a time for ${field.label}.`);
  return seconds;
}

/** Seconds as `1w 2d 3h 30m`; `0m` for none. */
function writeDuration(seconds: number, { day, week }: Scale): string {
  let rest = seconds;
  const parts: string[] = [];
  for (const [unit, size] of [
    ['w', week],
    ['d', day],
    ['h', HOUR],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.join(' ') || '0m';
}

function scaleFaults(field: Field): AttributeFault[] {
  return (
    [
      ['hours_per_day', 24],
      ['days_per_week', 7],
    ] as const
  ).flatMap(([attribute, most]) => {
    const text = attributeOf(field, attribute);
    if (text === '' || between(text, most, -1) > 0) return [];
    return [
      {
        attribute,
        message: `"${text}" is no number above 0 and up to ${most}.`,
        remedy: `Write a number such as ${most === 24 ? 8 : 5}.`,
      },
    ];
  });
}

const write = (value: number | '', field: Field): string => (value === '' ? '' : writeDuration(value, scaleOf(field)));

/** A length of time, kept in seconds. */
export const duration: FieldType<number | ''> = {
  name: 'duration',
  template: 'fields/duration.njk',
  parse: readDuration,
  initial: readDuration,
  serialise: (value) => encodeDecimal(String(value)),
  deserialise(stored) {
    const decimal = decodeDecimal(stored);
    return decimal === undefined || !/^\d{1,12}$/.test(decimal) ? '' : Number(decimal);
  },
  typed: write,
  display: write,
  attributes: {
    hours_per_day: 'Hours that a day counts, e.g. 8 for working time; default 24.',
    days_per_week: 'Days that a week counts, e.g. 5; default 7.',
  },
  checkField: (field) => [...scaleFaults(field), ...defaultFaults(field, (text) => readDuration(text, field))],
  operators: ['is', 'between'],
  toSql: (typed, condition) =>
    numberCondition(typed, condition, (one) => encodeDecimal(String(readDuration(one, condition.field) || 0))),
  compare: (a, b) => Number(a) - Number(b),
  jsonSchema: () => ({ type: 'integer', minimum: 0, maximum: MOST_SECONDS, description: 'Seconds.' }),
  toJson: (value) => value,
  fromJson(json, { label }) {
    if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0)
      throw new InvalidValueError(`${label} takes seconds, a whole number.`);
    return `${json}s`;
  },
};
