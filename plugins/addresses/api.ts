import { type OperationContext, type Resource, service } from 'tracts';

/** Decides who sees e-mail addresses, and hides them from the others. */
export interface IAddressPrivacy {
  /** May this person read addresses (on this resource)? */
  mayRead(ctx: OperationContext, resource?: Resource): boolean;
}
export const IAddressPrivacy = service<IAddressPrivacy>('IAddressPrivacy', { doc: 'Decides who sees e-mail addresses.' });

// Bounded on both sides: without bounds a long run of word characters costs its length squared.
// What stands before a host in an address such as http://name:word@host/ is none.
const ADDRESS = /(?<![\w.%+-])([\w.%+-]{1,64})(?=@)(?<!:\/\/[\w.%+:~-]{0,165})@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/g;
const HIDDEN = /(?<![\w.%+-])([\w.%+-]{1,64})@…/g;

/** Text with every address cut after its `@`: `joe@example.org` reads `joe@…`. */
export const hideAddresses = (text: string): string => (text.includes('@') ? text.replace(ADDRESS, '$1@…') : text);

/**
 * Undoes `hideAddresses` on text that comes back from a form: each `joe@…` becomes the next address of that name in
 * `original`; one that has none there stays as it is.
 */
export function restoreAddresses(text: string, original: string): string {
  if (!text.includes('@…')) return text;
  const known = new Map<string, string[]>();
  for (const match of original.matchAll(ADDRESS)) {
    const name = match[1] ?? '';
    known.set(name, [...(known.get(name) ?? []), match[0]]);
  }
  return text.replace(HIDDEN, (hidden, name: string) => {
    const addresses = known.get(name);
    return (addresses && addresses.length > 1 ? addresses.shift() : addresses?.[0]) ?? hidden;
  });
}
