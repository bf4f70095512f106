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

/**
 * Finds out whom a name in a ticket stands for: an account by its name or its address, an address, or with
 * `smtp_default_domain` any word. undefined: nobody whom mail could reach, or an account that is disabled.
 */
export function recipientMatcher(directory: Directory, settings: INotificationSettings): (name: string) => Recipient | undefined {
  const escape = (domain: string): string => domain.replace(/[^\w-]/g, '\\$&');
  const domains = [DOMAIN, ...settings.admitDomains.map(escape)].join('|');
  const address = `${LOCAL}@(?:${domains})`;
  const short = new RegExp(`^${address}$`, 'i');
  const long = new RegExp(`^[^<>]*\\s<\\s*(${address})\\s*>$`, 'i');
  const ignored = new Set(settings.ignoreDomains.map((domain) => domain.toLowerCase()));
  const isIgnored = (text: string): boolean => ignored.has(text.slice(text.indexOf('@') + 1).toLowerCase());

  const addressIn = (text: string, own: boolean): string | undefined => {
    if (text === '' || text.length > LONGEST) return undefined;
    if (PLAIN.test(text)) {
      if (settings.shortAddresses) return text;
      return settings.defaultDomain === '' ? undefined : `${text}@${settings.defaultDomain}`;
    }
    const found = short.test(text) || (own && OWN.test(text)) ? text : long.exec(text)?.[1];
    return found === undefined || isIgnored(found) ? undefined : found;
  };

  return (name) => {
    const text = name.trim();
    if (text === '' || text === 'anonymous') return undefined;
    const person = directory.people.get(text);
    if (person?.disabled) return undefined;
    const found = addressIn(person ? person.email.trim() || text : text, person !== undefined);
    if (found === undefined) return undefined;
    return { account: person?.name ?? accountsByAddress(directory).get(found.toLowerCase()), address: found };
  };
}
