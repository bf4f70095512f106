import { component, type FieldType, InvalidValueError, ITicketFieldTypeProvider } from 'tracts';

const version: FieldType<string> = {
  name: 'version-number',
  template: 'fields/text.njk',
  parse(raw, { label }) {
    const typed = String(raw ?? '').trim();
    if (typed === '' || /^\d+(\.\d+){1,3}$/.test(typed)) return typed;
    throw new InvalidValueError(`“${typed}” is no version, which ${label} needs. Example: 2.10.1`);
  },
  // Padded, so that 2.10 comes after 2.9.
  serialise: (value) => value.replace(/\d+/g, (digits) => digits.padStart(6, '0')),
  deserialise: (stored) => stored.replace(/\d+/g, (digits) => String(Number(digits))),
  display: (value) => value,
};

export const VersionNumbers = component({
  doc: 'The field type version-number.',
  implements: [ITicketFieldTypeProvider],
  create: () => ({ getFieldTypes: () => [version] }),
});
