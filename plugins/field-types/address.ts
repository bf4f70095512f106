import { type Field, type FieldType, InvalidValueError } from 'tracts';
import { lineOf } from './attributes.ts';

/** Nothing else is ever a link: `javascript:` and `data:` addresses run what somebody typed. */
const ALLOWED = /^(https?:\/\/[^/?#]|mailto:[^@]+@)/i;
const UNSAFE = /[\s<>"'`\\\p{Cc}]/u;

/** True for an address that a page may link. */
const isLinkable = (text: string): boolean => ALLOWED.test(text) && !UNSAFE.test(text) && URL.canParse(text);

function parseUrl(raw: unknown, field: Field): string {
  const typed = lineOf(raw);
  if (typed === '' || isLinkable(typed)) return typed;
  throw new InvalidValueError(
    `“${typed.slice(0, 200)}” is no address that ${field.label} takes: it begins with https://, http:// or mailto: and has no blanks. Example: https://example.org/page`,
  );
}

/** An address on the web, or of a mailbox, shown as a link. */
export const url: FieldType<string> = {
  name: 'url',
  template: 'fields/url.njk',
  parse: parseUrl,
  serialise: (value) => value,
  deserialise: (stored) => stored,
  // The field may have been a plain text before: what it holds is judged again.
  present: (value) => ({ link: typeof value === 'string' && isLinkable(value) ? value : '' }),
  jsonSchema: ({ maxSize }) => ({
    type: 'string',
    pattern: '^([hH][tT][tT][pP][sS]?://|[mM][aA][iI][lL][tT][oO]:)',
    maxLength: maxSize || 2000,
  }),
};

const ADDRESS = /^[^\s@,;:<>()[\]"'`\\\p{Cc}]{1,64}@[^\s@,;:<>()[\]"'`\\\p{Cc}.][^\s@,;:<>()[\]"'`\\\p{Cc}]{0,188}$/u;
const isAddress = (text: string): boolean => ADDRESS.test(text);

function parseEmail(raw: unknown, field: Field): string {
  const typed = lineOf(raw).replace(/^mailto:/i, '');
  if (typed === '' || isAddress(typed)) return typed;
  throw new InvalidValueError(
    `“${typed.slice(0, 200)}” is no e-mail address, which ${field.label} needs. Example: joe@example.org`,
  );
}

/** An e-mail address; cut for those who may not see addresses. */
export const email: FieldType<string> = {
  name: 'email',
  template: 'fields/email.njk',
  parse: parseEmail,
  serialise: (value) => value,
  deserialise: (stored) => stored,
  present: (value) => ({ address: typeof value === 'string' && isAddress(value) ? value : '' }),
  jsonSchema: () => ({ type: 'string', pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254 }),
};
