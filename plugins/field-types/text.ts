import { type FieldType, InvalidValueError } from 'tracts';

function single(raw: unknown): string {
  if (raw === undefined || raw === null) return '';
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  throw new InvalidValueError('One text is expected here, not a list.');
}

/** One line; blanks at the ends are dropped, line breaks become blanks. */
export const text: FieldType<string> = {
  name: 'text',
  template: 'fields/text.njk',
  parse: (raw) =>
    single(raw)
      .replace(/[\r\n]+/g, ' ')
      .trim(),
  serialise: (value) => value,
  deserialise: (stored) => stored,
};

/** Many lines, kept as typed; browsers send CRLF, which is stored as LF. */
export const textarea: FieldType<string> = {
  name: 'textarea',
  template: 'fields/textarea.njk',
  parse: (raw) => single(raw).replace(/\r\n?/g, '\n'),
  serialise: (value) => value,
  deserialise: (stored) => stored,
};
