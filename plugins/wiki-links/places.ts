import { type Adjunct, escapeHtml, type IAdjunctService, type LinkResolver, type ResolvedLink, type TextScope } from 'tracts';
import { encodePath, encodeValue, queryPath, splitTarget } from './targets.ts';

/** Marks what leads out of the site; between the tags stands a space without width, so that the icon has something to stand in. */
export const withIcon = (label: string): string => `<span class="icon">\u200b</span>${label}`;

const unquote = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;

const dayOf = (time: Date, timeZone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(time);

function milestoneTitle({ due, completed }: Adjunct, now: Date, timeZone: string): string {
  if (completed) return `Completed on ${dayOf(completed, timeZone)}`;
  if (!due) return 'No date set';
  return due < now ? `Was due on ${dayOf(due, timeZone)}` : `Due on ${dayOf(due, timeZone)}`;
}

/** `milestone:1.0`. */
export function milestoneLinks(adjuncts: IAdjunctService): LinkResolver {
  return {
    namespaces: ['milestone'],
    async resolve(ctx, links, scope) {
      const all = new Map((await adjuncts.list(ctx, 'milestone')).map((one) => [one.name, one]));
      return links.map(({ target }): ResolvedLink => {
        const { path, query, fragment } = splitTarget(unquote(target));
        const found = all.get(path);
        if (found === undefined || !ctx.can('MILESTONE_VIEW', { realm: 'milestone', id: path }))
          return { classes: 'milestone missing' };
        const title = milestoneTitle(found, ctx.now, ctx.timeZone);
        const href = scope.href(`/milestone/${encodePath(path)}${query}${fragment}`);
        return { href, classes: found.completed ? 'closed milestone' : 'milestone', title };
      });
    },
  };
}

/** `version:2.0`. */
export function versionLinks(adjuncts: IAdjunctService): LinkResolver {
  return {
    namespaces: ['version'],
    async resolve(ctx, links, scope) {
      const names = new Set((await adjuncts.list(ctx, 'version')).map(({ name }) => name));
      return links.map(({ target }): ResolvedLink => {
        const name = unquote(target);
        if (!names.has(name)) return { classes: 'missing version' };
        return { href: scope.href(`/query?version=${encodeValue(name)}`), classes: 'version' };
      });
    },
  };
}

type Draw = (target: string, label: string, scope: TextScope) => ResolvedLink;
const each = (namespaces: readonly string[], draw: Draw): LinkResolver => ({
  namespaces,
  resolve: (_ctx, links, scope) => links.map(({ target, label }) => draw(target, label, scope)),
});

/** `query:status=new&owner=joe`, `query:?status=new`. */
const queries = each(['query'], (target, _label, scope) => {
  const path = queryPath(unquote(target));
  return path === undefined
    ? { classes: 'missing query', title: 'This query cannot be read.' }
    : { href: scope.href(path), classes: 'query' };
});

/** `search:words`. */
const searches = each(['search'], (target, _label, scope) => {
  const { path, query, fragment } = splitTarget(unquote(target));
  const address = path === '' ? `/search${query}` : `/search?q=${encodeValue(path)}${query.replace('?', '&')}`;
  return { href: scope.href(address + fragment), classes: 'search' };
});

/** Addresses that were cut, as for readers who may not see any, are no links. */
const mails = each(['mailto'], (target, label) =>
  /^[^\s@"<>]+@[^\s@"<>…]+$/.test(target) && !target.includes('…')
    ? { href: `mailto:${target}`, classes: 'mail-link', label: withIcon(label) }
    : { classes: '', label },
);

/** `@joe`: somebody with an account. */
const people: LinkResolver = {
  namespaces: ['user'],
  resolve: ({ directory }, links) =>
    links.map(({ target, label }): ResolvedLink => {
      const person = directory.people.get(target);
      if (person === undefined) return { classes: '', label };
      return person.fullName === '' ? { classes: 'user' } : { classes: 'user', title: person.fullName };
    }),
};

/** What other Tracs have and this site has not. */
const absent = (namespaces: readonly string[], classes: string, title?: string): LinkResolver =>
  each(namespaces, () => (title === undefined ? { classes } : { classes, title }));

const isOwnPath = (path: string): boolean => path.startsWith('/') && !/^[/\\]{2}/.test(path);

const HERE = 'http://here.invalid';

/** `./x` and `../x` below a page; undefined where that leads out of the site. */
function below(page: string, target: string): string | undefined {
  if (!URL.canParse(target, `${HERE}${page}/`)) return undefined;
  const { origin, pathname, search, hash } = new URL(target, `${HERE}${page}/`);
  return origin === HERE && isOwnPath(pathname) ? pathname + search + hash : undefined;
}

/** Relative to the page that the text stands on. */
const relative = each([''], (target, label, scope) => {
  const { realm = '', id } = scope.resource ?? {};
  const page = realm === 'ticket' && id !== undefined ? `/ticket/${id}` : '';
  if (target.startsWith('//')) return { href: target, classes: 'ext-link', label: withIcon(label) };
  if (/^[?#]/.test(target)) return { href: page === '' ? target : scope.href(page + target), classes: realm };
  const path = isOwnPath(target) ? target : below(page, target);
  return path === undefined ? { classes: 'missing wiki' } : { href: scope.href(path), classes: '' };
});

/** There is no wiki here: a word in CamelCase may stand as it is, instead of as a page that is missing. */
export const plainWords: LinkResolver = {
  namespaces: ['wiki'],
  resolve: (_ctx, links) =>
    links.map(
      ({ source, target }): ResolvedLink =>
        source === target ? { classes: '', label: escapeHtml(source) } : { classes: 'missing wiki' },
    ),
};

/** Resolvers that look nothing up. */
export const PLAIN_PLACES: readonly LinkResolver[] = [
  queries,
  searches,
  mails,
  people,
  relative,
  absent(['wiki'], 'missing wiki'),
  absent(['report'], 'missing report', 'report does not exist'),
  absent(['source', 'browser', 'log', 'diff', 'export', 'repos'], 'missing source', 'There is no repository here.'),
  absent(['changeset', 'rev'], 'missing changeset', 'There is no repository here.'),
];
