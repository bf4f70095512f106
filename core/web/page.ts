import { TracError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import { formatAge } from './dates.ts';
import type { INavigationContributor, NavigationItem, Notice, View } from './extension-points.ts';
import { KeptPages } from './kept-pages.ts';
import { type ArrangedItem, arrangeMenus, type MenuPlan } from './menu-plan.ts';
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
  /** What trac.ini makes of the menus; default: nothing. */
  readonly menus?: MenuPlan;
  readonly defaultTimeZone: string;
  /** Called when the items of a contributor cannot be had; the page goes on without them. */
  readonly onFailure: (contributor: INavigationContributor, error: unknown) => void;
}

/** Renders a page with its frame: as text, or as the bytes that are sent. */
export type PageRenderer = (view: View, around: Surroundings) => string | Buffer;

export function createPageRenderer(options: PageOptions): PageRenderer {
  const contributors = [...options.navigation];
  const { menus = NO_PLAN, onFailure } = options;
  const checked = new Set<string>();
  const kept = new KeptPages(formatAge);
  const itemsFor = (ctx: OperationContext) => arrangeMenus(collectItems(contributors, ctx, onFailure), menus, ctx.can);
  return (view, around) => {
    const { visitor, ctx, now, href, path } = around;
    if (!checked.has(view.template)) checkNames(view);
    checked.add(view.template);
    const timeZone = visitor.timeZone || options.defaultTimeZone;
    const data = {
      title: '',
      banners: [],
      alternates: [],
      ...view.data,
      user: { ...visitor.user, fullName: ctx?.directory.people.get(visitor.user.name)?.fullName ?? '' },
      nav: ctx ? buildNavigation(itemsFor(ctx), path, href) : NO_NAVIGATION,
      notices: around.notices,
      formToken: visitor.formToken,
      theme: visitor.theme,
      timeZone,
      path,
    };
    // Whose page it is and where it is asked for; all else is compared.
    const key = `${view.template} ${href(path)} ${visitor.formToken}`;
    return kept.get(key, data, now, (asked) => {
      const scope: PageScope = { timeZone, now, asked, url: href };
      return options.views.render(view.template, data, scope);
    });
  };
}

/** What the frame around every page, and its globals, are called. */
const FRAME_NAMES = ['site', 'user', 'nav', 'notices', 'formToken', 'theme', 'timeZone', 'now', 'path'] as const;

/** Asked once of each template: which names a page gives does not change. */
function checkNames({ template, data }: View): void {
  const taken = FRAME_NAMES.filter((name) => Object.hasOwn(data, name));
  if (taken.length === 0) return;
  const text = `The page ${template} gives its template “${taken.join('”, “')}”, which is what every page gets by that name. Call it otherwise: see templates/README.md.`;
  throw new TracError('TEMPLATE_DATA', text, 500, false);
}

const NO_NAVIGATION: Navigation = { main: [], meta: [] };
const NO_PLAN: MenuPlan = { changes: new Map(), extras: [] };

/** One broken contributor must not take every page with it, error pages included. */
export function collectItems(
  contributors: readonly INavigationContributor[],
  ctx: OperationContext,
  onFailure: PageOptions['onFailure'],
): NavigationItem[] {
  const items: NavigationItem[] = [];
  for (const contributor of contributors) {
    try {
      const offered = contributor.getNavigationItems(ctx);
      for (const item of offered) checkItem(item);
      items.push(...offered);
    } catch (error) {
      onFailure(contributor, error);
    }
  }
  return items;
}

const isText = (given: unknown): boolean => typeof given === 'string';

/** A plugin in JavaScript may give anything. */
function checkItem(given: NavigationItem | null | undefined): void {
  const { menu, name, label, href } = given ?? {};
  if ((menu !== 'main' && menu !== 'meta') || !isText(name) || !isText(label) || !isText(href))
    throw new TypeError('it gave a menu item without a menu, a name, a label or an address');
}

/** By `order` (default 0), equal ones by name (Trac). Orders may be endless, so that they are compared and not subtracted. */
export function compareItems(a: NavigationItem, b: NavigationItem): number {
  const [left, right] = [a.order ?? 0, b.order ?? 0];
  if (left !== right) return left < right ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Sorts items by `order`, then by name, and marks the one whose page this is. */
export function buildNavigation(items: readonly ArrangedItem[], path: string, href: (path: string) => string): Navigation {
  const ordered = items.toSorted(compareItems);
  const current = currentItem(ordered, path);
  const menu: { main: MenuItem[]; meta: MenuItem[] } = { main: [], meta: [] };
  for (const item of ordered) {
    const { name, label, method = 'get', outside = false } = item;
    menu[item.menu].push({ name, label, method, href: outside ? item.href : href(item.href), active: item === current });
  }
  return menu;
}

/** The item with the longest address that leads to `path`: on /admin/users, Users and not Admin. */
function currentItem(items: readonly ArrangedItem[], path: string): ArrangedItem | undefined {
  let best: ArrangedItem | undefined;
  let length = -1;
  for (const item of items) {
    if (item.outside) continue;
    const own = item.href.split(/[?#]/, 1)[0] ?? '';
    if (own.length > length && (path === own || (own !== '/' && path.startsWith(`${own}/`)))) {
      best = item;
      length = own.length;
    }
  }
  return best;
}
