import type { Log } from '../kernel/log.ts';
import type { OperationContext } from '../security/context.ts';
import type { INavigationContributor, NavigationItem, Notice, View } from './extension-points.ts';
import type { PageScope, Views } from './views.ts';
import type { Visitor } from './visitor.ts';

/** A menu item as the layout prints it. */
interface MenuItem {
  readonly name: string;
  readonly label: string;
  readonly href: string;
  readonly active: boolean;
  readonly method: 'get' | 'post';
}
export interface Navigation {
  readonly main: readonly MenuItem[];
  readonly meta: readonly MenuItem[];
}

/** Everything about the request that the frame around a page depends on. */
export interface Surroundings {
  readonly visitor: Visitor;
  /** Path within the site. */
  readonly path: string;
  readonly now: Date;
  readonly notices: readonly Notice[];
  /** undefined where no context could be made, as on some error pages. */
  readonly ctx: OperationContext | undefined;
  href(path: string): string;
}

export interface PageOptions {
  readonly views: Views;
  readonly navigation: Iterable<INavigationContributor>;
  readonly defaultTimeZone: string;
  readonly log: Log;
}

/** Renders a page with its frame. */
export type PageRenderer = (view: View, around: Surroundings) => string;

export function createPageRenderer(options: PageOptions): PageRenderer {
  const contributors = [...options.navigation];
  return (view, around) => {
    const { visitor, ctx, now, href, path } = around;
    const scope: PageScope = { timeZone: visitor.timeZone || options.defaultTimeZone, now, url: href };
    const data = {
      title: '',
      banners: [],
      alternates: [],
      ...view.data,
      user: { ...visitor.user, fullName: ctx?.directory.people.get(visitor.user.name)?.fullName ?? '' },
      nav: ctx ? buildNavigation(collectItems(contributors, ctx, options.log), path, href) : NO_NAVIGATION,
      notices: around.notices,
      formToken: visitor.formToken,
      theme: visitor.theme,
      timeZone: scope.timeZone,
      now,
      path,
    };
    return options.views.render(view.template, data, scope);
  };
}

const NO_NAVIGATION: Navigation = { main: [], meta: [] };

/** One broken contributor must not take every page with it, error pages included. */
function collectItems(contributors: readonly INavigationContributor[], ctx: OperationContext, log: Log): NavigationItem[] {
  const items: NavigationItem[] = [];
  for (const contributor of contributors) {
    try {
      items.push(...contributor.getNavigationItems(ctx));
    } catch (error) {
      log.error('menu items failed', { error: error instanceof Error ? error.stack : String(error) });
    }
  }
  return items;
}

/** Sorts items by `order` (default 0; equal ones stay in the order given) and marks the one whose page this is. */
export function buildNavigation(items: readonly NavigationItem[], path: string, href: (path: string) => string): Navigation {
  const ordered = items.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const current = currentItem(ordered, path);
  const menu: { main: MenuItem[]; meta: MenuItem[] } = { main: [], meta: [] };
  for (const item of ordered) {
    const { name, label, method = 'get' } = item;
    menu[item.menu].push({ name, label, method, href: href(item.href), active: item === current });
  }
  return menu;
}

/** The item with the longest address that leads to `path`: on /admin/users, Users and not Admin. */
function currentItem(items: readonly NavigationItem[], path: string): NavigationItem | undefined {
  let best: NavigationItem | undefined;
  let length = -1;
  for (const item of items) {
    const own = item.href.split(/[?#]/, 1)[0] ?? '';
    if (own.length > length && (path === own || (own !== '/' && path.startsWith(`${own}/`)))) {
      best = item;
      length = own.length;
    }
  }
  return best;
}
