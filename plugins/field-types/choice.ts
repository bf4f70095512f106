import { type Field, type FieldType, InvalidValueError } from 'tracts';

const asText = (raw: unknown): string =>
  (typeof raw === 'string' ? raw : raw === undefined || raw === null ? '' : String(raw)).trim();

/** A value that is stored already stays valid, even when the list no longer has it (FD-14). */
function parseChoice(raw: unknown, field: Field): string {
  const value = asText(raw);
  if (value === asText(field.value)) return value;
  if (value === '') {
    if (field.optional || field.options.includes('')) return '';
    throw new InvalidValueError(`Choose a value for ${field.label}; it cannot be empty.`);
  }
  if (field.options.includes(value)) return value;
  const known = field.options.slice(0, 10).join(', ');
  throw new InvalidValueError(
    `“${value}” is not one of the values of ${field.label}${known ? ` (${known}${field.options.length > 10 ? ', …' : ''})` : ''}.`,
  );
}

/** A default may be an option, or its index (FD-08); a negative index counts from the end, as in Trac. */
function initialChoice(raw: unknown, field: Field): string {
  const value = asText(raw);
  if (field.options.includes(value) || !/^-?\d+$/.test(value)) return value;
  return field.options.at(Number(value)) ?? value;
}

const choice = (name: string): FieldType<string> => ({
  name,
  template: `fields/${name}.njk`,
  parse: parseChoice,
  initial: initialChoice,
  serialise: (value) => value,
  deserialise: (stored) => stored,
  display: (value, field) => field.optionLabels[value] ?? value,
});

/** One of a list, as a drop-down. */
export const select: FieldType<string> = choice('select');
/** One of a list, as radio buttons. */
export const radio: FieldType<string> = choice('radio');

const TRUE = /^(1|on|yes|true)$/i;

/** `'1'` or `'0'`. A list comes from a form whose hidden companion says “unchecked” and whose box says “checked”. */
export const checkbox: FieldType<string> = {
  name: 'checkbox',
  template: 'fields/checkbox.njk',
  parse: (raw) => {
    const last = Array.isArray(raw) ? raw.at(-1) : raw;
    return last === true || TRUE.test(asText(last)) ? '1' : '0';
  },
  initial: (raw) => (TRUE.test(asText(raw)) ? '1' : '0'),
  serialise: (value) => value,
  deserialise: (stored) => stored,
  display: (value) => (value === '1' ? 'yes' : 'no'),
};
