import { equalsCondition, type Field, type FieldType, InvalidValueError, listChange, memberCondition, parseWhole } from 'tracts';
import { lineOf } from './attributes.ts';

const optionsIn = ({ options }: Field): string => {
  const some = options.slice(0, 10).join(', ');
  return some ? ` (${some}${options.length > 10 ? ', …' : ''})` : '';
};

/** A value that is stored already stays valid, even when the list no longer has it (FD-14). */
function parseChoice(raw: unknown, field: Field): string {
  const value = lineOf(raw);
  if (value === lineOf(field.value)) return value;
  if (value === '') {
    if (field.optional || field.options.includes('')) return '';
    throw new InvalidValueError(`Choose a value for ${field.label}; it cannot be empty.`);
  }
  if (field.options.includes(value)) return value;
  throw new InvalidValueError(`“${value}” is not one of the values of ${field.label}${optionsIn(field)}.`);
}

/** A default may be an option, or its index (FD-08); a negative index counts from the end, as in Trac. */
function initialChoice(raw: unknown, field: Field): string {
  const value = lineOf(raw);
  const index = field.options.includes(value) ? undefined : parseWhole(value);
  return index === undefined ? value : (field.options.at(index) ?? value);
}

const choice = (name: string): FieldType<string> => ({
  name,
  template: `fields/${name}.njk`,
  parse: parseChoice,
  initial: initialChoice,
  serialise: (value) => value,
  deserialise: (stored) => stored,
  display: (value, field) => field.optionLabels[value] ?? value,
  jsonSchema: ({ options, value }) => ({
    type: 'string',
    enum: typeof value === 'string' && value !== '' && !options.includes(value) ? [...options, value] : options,
  }),
});

/** One of a list, as a drop-down. */
export const select: FieldType<string> = choice('select');
/** One of a list, as radio buttons. */
export const radio: FieldType<string> = choice('radio');

const TRUE = /^(1|on|yes|true|enabled)$/i;
const FALSE = /^(0|off|no|false|disabled|)$/i;

function parseCheckbox(raw: unknown, field: Field): string {
  const last = lineOf(raw);
  if (TRUE.test(last)) return '1';
  if (FALSE.test(last)) return '0';
  throw new InvalidValueError(`“${last}” is neither yes nor no for ${field.label}.`);
}

/** `'1'` or `'0'`. A list comes from a form whose hidden companion says “unchecked” and whose box says “checked”. */
export const checkbox: FieldType<string> = {
  name: 'checkbox',
  template: 'fields/checkbox.njk',
  parse: parseCheckbox,
  initial: (raw) => (TRUE.test(lineOf(raw)) ? '1' : '0'),
  serialise: (value) => value,
  deserialise: (stored) => (TRUE.test(stored) ? '1' : '0'),
  display: (value) => (value === '1' ? 'yes' : 'no'),
  operators: ['is'],
  toSql(typed, { column, field }) {
    const isOne = equalsCondition(column, '1');
    if (parseCheckbox(typed, field) === '1') return isOne;
    return { sql: `not coalesce(${isOne.sql}, false)`, bindings: isOne.bindings };
  },
  jsonSchema: () => ({ type: 'boolean' }),
  toJson: (value) => value === '1',
  fromJson(json, field) {
    if (typeof json !== 'boolean') throw new InvalidValueError(`${field.label} takes true or false.`);
    return json ? '1' : '0';
  },
};

const SEPARATOR = '|';

function parseSet(raw: unknown, field: Field): readonly string[] {
  const typed = (Array.isArray(raw) ? raw : [raw ?? '']).flatMap((one: unknown) =>
    typeof one === 'string' || typeof one === 'number' ? String(one).split(/[|,]/) : [],
  );
  const chosen = new Set(typed.map((one) => one.trim()).filter(Boolean));
  const stored: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
  const unknown = [...chosen].find((one) => !field.options.includes(one) && !stored.includes(one));
  if (unknown !== undefined)
    throw new InvalidValueError(`“${unknown}” is not one of the values of ${field.label}${optionsIn(field)}.`);
  // The order of the options may have changed since; that alone is no change of the ticket.
  if (stored.length === chosen.size && stored.every((one) => chosen.has(String(one)))) return stored.map(String);
  return [...field.options.filter((one) => chosen.has(one)), ...[...chosen].filter((one) => !field.options.includes(one))];
}

const membersOf = (stored: string): readonly string[] => stored.split(SEPARATOR).filter(Boolean);

/** Any number of a list, as boxes. Kept as `a|b` in the order of the options. */
export const checkboxSet: FieldType<readonly string[]> = {
  name: 'checkbox-set',
  template: 'fields/checkbox-set.njk',
  several: true,
  parse: parseSet,
  serialise: (value) => value.join(SEPARATOR),
  deserialise: membersOf,
  typed: (value) => value.join(', '),
  display: (value, field) => value.map((one) => field.optionLabels[one] ?? one).join(', '),
  describeChange: (before, after) => listChange(before === '' ? [] : before, after === '' ? [] : after),
  present: (value) => ({ chosen: Object.fromEntries((Array.isArray(value) ? value : []).map((one) => [one, true])) }),
  checkField: ({ options }) =>
    options
      .filter((one) => /[|,]/.test(one))
      .map((one) => ({ attribute: 'options', message: `"${one}" holds a comma.`, remedy: 'Write the option without it.' })),
  operators: ['is', 'has'],
  toSql(typed, { operator, column, field }) {
    if (operator === 'is') return equalsCondition(column, parseSet(typed, field).join(SEPARATOR));
    return memberCondition(column, typed.trim(), SEPARATOR);
  },
  combine: (mode, before, given) => {
    const kept = (before === '' ? [] : before).filter((one) => mode === 'add' || !given.includes(one));
    return mode === 'add' ? [...new Set([...kept, ...given])] : kept;
  },
  jsonSchema: ({ options }) => ({ type: 'array', items: { type: 'string', enum: options }, uniqueItems: true }),
  toJson: (value) => value,
  fromJson(json, field) {
    if (!Array.isArray(json) || json.some((one) => typeof one !== 'string'))
      throw new InvalidValueError(`${field.label} takes a list of texts.`);
    return json;
  },
};
