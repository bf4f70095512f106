import { type ISettings, isSafeHref, type LinkResolver, type ResolvedLink } from 'tracts';
import { withIcon } from './places.ts';
import { encodePath, splitTarget } from './targets.ts';

/** A site that a prefix leads to. */
type Prefix = (target: string) => { readonly href: string; readonly title: string };

const joinQueries = (first: string, second: string): string =>
  first === '' ? second : second === '' ? first : `${first}&${second.slice(1)}`;

/** Another Trac: `gen:ticket:12` becomes `URL/intertrac/ticket%3A12`. */
const toTrac =
  (url: string, title: string): Prefix =>
  (target) => ({
    href: `${url.replace(/\/+$/, '')}/intertrac/${encodePath(target).replaceAll(':', '%3A')}`,
    title: `${target} in ${title}`,
  });

const ARGUMENT = /\$\d/g;

/** Puts the first argument in the place of `$1` and so on; without any such place, behind the text. */
function expand(text: string, args: readonly string[], append: boolean): string {
  if (!/\$\d/.test(text)) return append ? text + (args[0] ?? '') : text;
  return text.replace(ARGUMENT, (sign) => args[Number(sign.slice(1)) - 1] ?? '');
}

/** A site that is no Trac: `$1` in its address stands for the target, `$2` for what follows a colon. */
const toSite = (url: string, title: string): Prefix => {
  const most = Math.max(1, ...[...url.matchAll(ARGUMENT)].map(([sign]) => Number(sign.slice(1))));
  return (target) => {
    const { path, query, fragment } = splitTarget(target);
    const pieces = path.split(':');
    const args = [...pieces.slice(0, most - 1), pieces.slice(most - 1).join(':')];
    const address = splitTarget(expand(url, args, true));
    const named = expand(title, args, false);
    return {
      href: address.path + joinQueries(address.query, query) + (address.fragment === '' ? fragment : address.fragment),
      title: named === title ? `${path} in ${title}` : named,
    };
  };
};

/** The name that an entry of [intertrac] makes known, and the one that it stands for; undefined: it makes none known. */
function namesOf(key: string, value: string): readonly [string, string] | undefined {
  if (key.endsWith('.url')) return [key.slice(0, -'.url'.length), key.slice(0, -'.url'.length)];
  return key.includes('.') ? undefined : [key, value.toLowerCase()];
}

/** `[intertrac]`: `NAME.url`, `NAME.title`, and aliases such as `g = gen`. */
function readTracs(settings: ISettings): ReadonlyMap<string, Prefix> {
  const entries = new Map(settings.entries('intertrac').map(([key, value]) => [key.toLowerCase(), value.trim()]));
  const found = new Map<string, Prefix>();
  for (const [key, value] of entries) {
    const [name, of] = namesOf(key, value) ?? ['', ''];
    const url = entries.get(`${of}.url`) ?? '';
    if (name !== '' && url !== '') found.set(name, toTrac(url, entries.get(`${of}.title`) ?? of));
  }
  return found;
}

/** `[interwiki]`: `NAME = ADDRESS Title`. */
function readSites(settings: ISettings): ReadonlyMap<string, Prefix> {
  const found = new Map<string, Prefix>();
  for (const [key, value] of settings.entries('interwiki')) {
    const [, url = '', title = ''] = /^(\S+)\s*(.*)$/s.exec(value.trim()) ?? [];
    if (url !== '') found.set(key.toLowerCase(), toSite(url, title === '' ? key : title));
  }
  return found;
}

/** Prefixes of trac.ini that lead to other sites. */
export function prefixLinks(settings: ISettings): LinkResolver {
  const prefixes = new Map([...readSites(settings), ...readTracs(settings)]);
  return {
    namespaces: [...prefixes.keys()],
    resolve: (_ctx, links) =>
      links.map(({ namespace, target, label }): ResolvedLink => {
        const to = prefixes.get(namespace)?.(target);
        return to === undefined || !isSafeHref(to.href)
          ? { classes: '', label }
          : { ...to, classes: 'ext-link', label: withIcon(label) };
      }),
  };
}
