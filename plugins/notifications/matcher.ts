import type { Directory } from 'tracts';
import type { INotificationSettings } from './settings.ts';

/** Somebody whom mail can reach. `account`: whose rights and rules count; undefined: a stranger. */
export interface Recipient {
  readonly account: string | undefined;
  readonly address: string;
}

const LONGEST = 254;
const PLAIN = /^[-A-Za-z0-9!*+/=_.]+$/;
const LOCAL = "[a-zA-Z0-9.'+_-]{1,64}";
const DOMAIN = '(?:[a-zA-Z0-9_-]{1,63}\\.){1,20}[a-zA-Z](?:[-a-zA-Z0-9]{0,62}[a-zA-Z0-9])?';
/** What an account may give as its address, with nothing in it that means something in a header or an envelope. */
const OWN = /^[^\s@,;:<>()[\]"\\\p{C}]+@[^\s@,;:<>()[\]"\\\p{C}]+$/u;

const byAddress = new WeakMap<Directory, ReadonlyMap<string, string>>();

/** Accounts by address; an address of two accounts is nobody's. */
function accountsByAddress(directory: Directory): ReadonlyMap<string, string> {
  const known = byAddress.get(directory);
  if (known) return known;
  const found = new Map<string, string>();
  const shared = new Set<string>();
  for (const { name, email, disabled } of directory.people.values()) {
    const address = email.toLowerCase();
    if (address === '' || disabled) continue;
    if (found.has(address)) shared.add(address);
    found.set(address, name);
  }
  for (const address of shared) found.delete(address);
  byAddress.set(directory, found);
  return found;
}

/** Finds the address in a text; `own`: an account says that it is his. undefined: none to which mail may go. */
function addressFinder(settings: INotificationSettings): (text: string, own: boolean) => string | undefined {
  const literal = (domain: string): string => domain.replace(/[^\w-]/g, '\\$&');
  const address = `${LOCAL}@(?:${[DOMAIN, ...settings.admitDomains.map(literal)].join('|')})`;
  const short = new RegExp(`^${address}$`, 'i');
  const long = new RegExp(`^[^<>]*\\s<\\s*(${address})\\s*>$`, 'i');
  const ignored = new Set(settings.ignoreDomains.map((domain) => domain.toLowerCase()));
  const isIgnored = (text: string): boolean => ignored.has(text.slice(text.indexOf('@') + 1).toLowerCase());
  const complete = (word: string): string | undefined => {
    if (settings.shortAddresses) return word;
    return settings.defaultDomain === '' ? undefined : `${word}@${settings.defaultDomain}`;
  };
  return (text, own) => {
    if (text === '' || text.length > LONGEST) return undefined;
    if (PLAIN.test(text)) return complete(text);
    const found = short.test(text) || (own && OWN.test(text)) ? text : long.exec(text)?.[1];
    return found === undefined || isIgnored(found) ? undefined : found;
  };
}

/**
 * Finds out whom a name in a ticket stands for: an account by its name or its address, an address, or with
 * `smtp_default_domain` any word. undefined: nobody whom mail could reach, or an account that is disabled.
 */
export function recipientMatcher(directory: Directory, settings: INotificationSettings): (name: string) => Recipient | undefined {
  const find = addressFinder(settings);
  return (name) => {
    const text = name.trim();
    const person = directory.people.get(text);
    if (text === 'anonymous' || person?.disabled) return undefined;
    const address = find(person ? person.email.trim() || text : text, person !== undefined);
    if (address === undefined) return undefined;
    return { account: person?.name ?? accountsByAddress(directory).get(address.toLowerCase()), address };
  };
}
