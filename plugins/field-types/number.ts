import {
  type AttributeFault,
  equalsCondition,
  type Field,
  type FieldCondition,
  type FieldType,
  InvalidValueError,
  rangeCondition,
  type SqlFragment,
  splitRange,
} from 'tracts';
import { attributeOf, compiled, defaultFaults, lineOf, wordFaults } from './attributes.ts';
import { decodeDecimal, encodeDecimal, MOST_DIGITS, readDecimal, scaled, shorten } from './decimals.ts';

/** What the attributes of a numeric field say. */
export interface NumberRules {
  /** Digits behind the point at most. */
  readonly decimals: number;
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly step: string | undefined;
}

const MOST_DECIMALS = 6;
const bound = (field: Pick<Field, 'attributes'>, name: string): string | undefined => readDecimal(attributeOf(field, name));

/** Bounds and steps that are no numbers, or that nothing could satisfy. */
export function boundFaults(field: Field): AttributeFault[] {
  const faults = ['min', 'max', 'step'].flatMap((name): AttributeFault[] => {
    const text = attributeOf(field, name);
    return text === '' || readDecimal(text) !== undefined
      ? []
      : [{ attribute: name, message: `"${text}" is no number.`, remedy: 'Write a number such as 10 or 0.5.' }];
  });
  const [min, max, step] = [bound(field, 'min'), bound(field, 'max'), bound(field, 'step')];
  if (min !== undefined && max !== undefined && scaled(min) > scaled(max))
    faults.push({ attribute: 'max', message: `${max} is less than min, which is ${min}.`, remedy: 'Exchange them.' });
  if (step !== undefined && scaled(step) <= 0n)
    faults.push({ attribute: 'step', message: `A step of ${step} leads nowhere.`, remedy: 'Write a number above 0.' });
  return faults;
}

const positive = (step: string | undefined): string | undefined => (step !== undefined && scaled(step) > 0n ? step : undefined);

const span = ({ min, max }: NumberRules): string => {
  if (min !== undefined && max !== undefined) return `between ${min} and ${max}`;
  return min === undefined ? `${max} at most` : `${min} at least`;
};

function digitFault(decimal: string, { decimals }: NumberRules, label: string): string | undefined {
  const digits = shorten(decimal).split('.')[1]?.length ?? 0;
  if (digits <= decimals) return undefined;
  return decimals === 0
    ? `${label} takes a whole number, not ${decimal}.`
    : `${label} takes ${decimals} digits behind the point at most, not ${decimal}.`;
}

function boundFault(decimal: string, rules: NumberRules, label: string): string | undefined {
  const size = scaled(decimal);
  const { min, max } = rules;
  const isWithin = (min === undefined || size >= scaled(min)) && (max === undefined || size <= scaled(max));
  return isWithin ? undefined : `${label} must be ${span(rules)}, not ${decimal}.`;
}

function stepFault(decimal: string, { min, step }: NumberRules, label: string): string | undefined {
  if (step === undefined || (scaled(decimal) - scaled(min ?? '0')) % scaled(step) === 0n) return undefined;
  return `${label} goes in steps of ${step}${min === undefined ? '' : ` from ${min}`}; ${decimal} is between two of them.`;
}

/** Judges a decimal by the rules; a sentence refuses it. */
export const ruleFault = (decimal: string, rules: NumberRules, label: string): string | undefined =>
  digitFault(decimal, rules, label) ?? boundFault(decimal, rules, label) ?? stepFault(decimal, rules, label);

const refuse = (typed: string, { label }: Pick<Field, 'label'>): never => {
  throw new InvalidValueError(`“${typed}” is no number, which ${label} needs. Example: 1250.5`);
};

/** A typed number as a plain decimal, without the unit behind it. */
export function decimalOf(raw: unknown, field: Pick<Field, 'label'>, unit?: RegExp): string {
  const typed = lineOf(raw);
  const decimal = readDecimal(unit ? typed.replace(unit, '').trim() : typed) ?? refuse(typed, field);
  if (shorten(decimal).replace(/[-.]/g, '').length > MOST_DIGITS)
    throw new InvalidValueError(`“${typed}” has too many digits for ${field.label}: ${MOST_DIGITS} at most.`);
  return decimal;
}

/** Compares numbers: `is` and `between`, both ends included. `read` makes a typed number a stored one. */
export function numberCondition(
  typed: string,
  { operator, column }: FieldCondition,
  read: (typed: string) => string,
): SqlFragment {
  const range = operator === 'between' ? splitRange(typed) : undefined;
  if (!range) return equalsCondition(column, read(typed));
  const [from, to] = range.map((one) => (one === '' ? undefined : read(one)));
  return rangeCondition(column, { from, to });
}

const readRules = compiled(
  (field): NumberRules => ({
    decimals: attributeOf(field, 'kind') === 'integer' ? 0 : MOST_DECIMALS,
    min: bound(field, 'min'),
    max: bound(field, 'max'),
    step: positive(bound(field, 'step')),
  }),
);
const percentRules = compiled(
  (field): NumberRules => ({ decimals: 0, min: '0', max: '100', step: positive(bound(field, 'step')) }),
);

const numberOrNone = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const some = (entries: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));

/** What a stored decimal is as a number; `''` for a text that is none. */
const toNumber = (stored: string): number | '' => {
  const decimal = decodeDecimal(stored);
  return decimal === undefined || decimal.length > MOST_DIGITS + 2 ? '' : Number(decimal);
};

interface Kind {
  readonly name: 'number' | 'percent';
  readonly unit?: RegExp;
  readonly sign: string;
  readonly attributes: Readonly<Record<string, string>>;
  rules(field: Pick<Field, 'attributes'>): NumberRules;
}

const STEP_HELP = 'Distance between two values, counted from min.';

/** Numbers differ in their bounds and in the sign behind them. */
function numeric({ name, unit, sign, rules, attributes }: Kind): FieldType<number | ''> {
  const read = (raw: unknown, field: Field): number | '' => {
    if (lineOf(raw) === '') return '';
    const decimal = decimalOf(raw, field, unit);
    // What is stored stays valid when the bounds have become narrower.
    const fault = Number(decimal) === field.value ? undefined : ruleFault(decimal, rules(field), field.label);
    if (fault) throw new InvalidValueError(fault);
    return Number(decimal);
  };
  return {
    name,
    template: `fields/${name}.njk`,
    parse: read,
    initial: read,
    serialise: (value) => (typeof value === 'number' ? encodeDecimal(String(value)) : value),
    deserialise: toNumber,
    typed: String,
    display: (value) => `${value}${sign}`,
    present: (_value, field) => {
      const { min, max, step, decimals } = rules(field);
      return { min: min ?? '', max: max ?? '', step: step ?? (decimals === 0 ? '1' : 'any') };
    },
    attributes,
    checkField: (field) => [
      ...boundFaults(field),
      ...(name === 'number' ? wordFaults('kind', attributeOf(field, 'kind'), ['integer', 'decimal']) : []),
      ...defaultFaults(field, (text) => read(text, field)),
    ],
    operators: ['is', 'between'],
    toSql: (typed, condition) =>
      numberCondition(typed, condition, (one) => encodeDecimal(shorten(decimalOf(one, condition.field, unit)))),
    compare: (a, b) => Number(a) - Number(b),
    jsonSchema(field) {
      const { decimals, min, max } = rules(field);
      return { type: decimals === 0 ? 'integer' : 'number', ...some({ minimum: numberOrNone(min), maximum: numberOrNone(max) }) };
    },
    toJson: (value) => value,
    fromJson(json, { label }) {
      if (typeof json !== 'number' || !Number.isFinite(json)) throw new InvalidValueError(`${label} takes a number.`);
      return Math.abs(json) < 1e-6 ? json.toFixed(12) : String(json);
    },
  };
}

/** A number of 15 digits at most, 6 of them behind the point. */
export const number: FieldType<number | ''> = numeric({
  name: 'number',
  sign: '',
  rules: readRules,
  attributes: {
    kind: 'integer or decimal (default).',
    min: 'Least value.',
    max: 'Greatest value.',
    step: STEP_HELP,
  },
});

/** A whole number from 0 to 100, drawn as a bar. */
export const percent: FieldType<number | ''> = numeric({
  name: 'percent',
  sign: '%',
  unit: /\s*%$/,
  rules: percentRules,
  attributes: { step: STEP_HELP },
});
