import type { IPages, LinkResolver, ResolvedLink } from 'tracts';

/** How addresses of pages of others begin, and the page without which they lead nowhere. */
const LEADS: readonly (readonly [start: string, page: string])[] = [
  ['/query', '/query'],
  ['/search', '/search'],
  ['/ticket/', '/ticket/:id'],
  ['/milestone/', '/milestone/:name'],
];

/** The resolver, whose links lose their address where there is no page that they could lead to. */
export function withoutDeadEnds(resolver: LinkResolver, pages: IPages): LinkResolver {
  let dead: readonly string[] | undefined;
  const strip = (links: readonly ResolvedLink[], starts: readonly string[]): readonly ResolvedLink[] =>
    links.map((link) => {
      const { href, ...rest } = link;
      return href !== undefined && starts.some((start) => href.startsWith(start)) ? rest : link;
    });
  return {
    ...resolver,
    resolve(ctx, links, scope) {
      dead ??= LEADS.filter(([, page]) => !pages.has(page)).map(([start]) => start);
      const found = resolver.resolve(ctx, links, scope);
      if (dead.length === 0) return found;
      const starts = dead.map((start) => scope.href(start));
      return found instanceof Promise ? found.then((all) => strip(all, starts)) : strip(found, starts);
    },
  };
}
