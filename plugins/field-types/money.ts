import { type AttributeFault, type Field, type FieldType, InvalidValueError } from 'tracts';
import { attributeOf, compiled, defaultFaults, lineOf } from './attributes.ts';
import { decodeDecimal, encodeDecimal, readDecimal } from './decimals.ts';
import { boundFaults, decimalOf, type NumberRules, numberCondition, ruleFault } from './number.ts';

interface MoneyRules extends NumberRules {
  /** ISO 4217; `''` where none is given. */
  readonly currency: string;
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
const MOST_MINOR = 4;

/** Digits of the minor unit: 2 for CHF, 0 for JPY, 3 for KWD. */
const minorUnits = (currency: string): number =>
  CURRENCIES.has(currency)
    ? (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 2;

const rulesOf = compiled((field): MoneyRules => {
  const currency = attributeOf(field, 'currency').toUpperCase();
  const digits = attributeOf(field, 'minor_units');
  const bound = (name: string): string | undefined => readDecimal(attributeOf(field, name));
  return {
    currency,
    decimals: /^[0-4]$/.test(digits) ? Number(digits) : minorUnits(currency),
    min: bound('min'),
    max: bound('max'),
    step: undefined,
  };
});

/** Exactly so many digits behind the point. */
function withMinor(decimal: string, digits: number): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return digits === 0 && !/[1-9]/.test(fraction) ? whole : `${whole}.${fraction.replace(/0+$/, '').padEnd(digits, '0')}`;
}

/** A typed amount, without asking whether it is within the bounds. */
function readAmount(typed: string, field: Field): string {
  const { currency, decimals } = rulesOf(field);
  const bare = currency && typed.toUpperCase().includes(currency) ? typed.toUpperCase().replace(currency, '').trim() : typed;
  const other = /^[A-Z]{3}\b|\b[A-Z]{3}$/i.exec(bare)?.[0];
  if (other !== undefined)
    throw new InvalidValueError(`${field.label} is kept in ${currency || 'no currency'}, not in ${other}. Example: 1250.50`);
  return withMinor(decimalOf(bare, field), decimals);
}

function parseMoney(raw: unknown, field: Field): string {
  const typed = lineOf(raw);
  if (typed === '') return '';
  const decimal = readAmount(typed, field);
  const fault = decimal === field.value ? undefined : ruleFault(decimal, rulesOf(field), field.label);
  if (fault) throw new InvalidValueError(fault);
  return decimal;
}

/** `-1234567.50` as `-1 234 567.50`; the blank does not break. */
const grouped = (decimal: string): string => {
  const [whole = '', fraction] = decimal.split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0') + (fraction === undefined ? '' : `.${fraction}`);
};

function currencyFaults(field: Field): AttributeFault[] {
  const currency = attributeOf(field, 'currency').toUpperCase();
  const digits = attributeOf(field, 'minor_units');
  const faults: AttributeFault[] = [];
  if (currency === '')
    faults.push({ attribute: 'currency', message: 'An amount without a currency.', remedy: `Write currency = EUR.` });
  else if (!CURRENCIES.has(currency))
    faults.push({ attribute: 'currency', message: `"${currency}" is no currency.`, remedy: 'Write its code, e.g. EUR.' });
  if (digits !== '' && !/^[0-4]$/.test(digits))
    faults.push({
      attribute: 'minor_units',
      message: `"${digits}" is no number of digits.`,
      remedy: `Write 0 to ${MOST_MINOR}.`,
    });
  return faults;
}

/** An amount in one currency, as a decimal text and never as a binary fraction: `1250.50`. */
export const money: FieldType<string> = {
  name: 'money',
  template: 'fields/money.njk',
  parse: parseMoney,
  initial: parseMoney,
  serialise: (value) => {
    const decimal = readDecimal(value);
    return decimal === undefined ? value : encodeDecimal(decimal);
  },
  deserialise: (stored) => decodeDecimal(stored) ?? stored,
  display(value, field) {
    const { currency } = rulesOf(field);
    return readDecimal(value) === undefined ? value : `${grouped(value)}${currency ? `\u00a0${currency}` : ''}`;
  },
  present: (_value, field) => ({ currency: rulesOf(field).currency }),
  attributes: {
    currency: 'ISO 4217 code, e.g. CHF.',
    minor_units: 'Digits behind the point; default: those of the currency.',
    min: 'Least amount.',
    max: 'Greatest amount.',
  },
  checkField: (field) => [
    ...currencyFaults(field),
    ...boundFaults(field),
    ...defaultFaults(field, (text) => parseMoney(text, field)),
  ],
  operators: ['is', 'between'],
  toSql: (typed, condition) => numberCondition(typed, condition, (one) => encodeDecimal(readAmount(one, condition.field))),
  toJson: (value) => value,
  fromJson(json, { label }) {
    if (typeof json !== 'string' || readDecimal(json) === undefined)
      throw new InvalidValueError(`${label} takes an amount as text. Example: "1250.50"`);
    return json;
  },
  jsonSchema(field) {
    const { decimals, currency } = rulesOf(field);
    const fraction = decimals === 0 ? '' : `\\.\\d{${decimals}}`;
    return { type: 'string', pattern: `^-?\\d{1,15}${fraction}$`, description: `An amount${currency ? ` in ${currency}` : ''}.` };
  },
};
