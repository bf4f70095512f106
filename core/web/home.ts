import { NotFoundError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import type { INavigationContributor, IRouteProvider } from './extension-points.ts';
import { arrangeMenus, type MenuPlan } from './menu-plan.ts';
import { collectItems, compareItems } from './page.ts';

/** Where the front page leads while no component serves it: to the first menu entry that this person has. */
export function homeRoute(navigation: readonly INavigationContributor[], menus: MenuPlan): IRouteProvider {
  const first = (ctx: OperationContext): string => {
    const items = arrangeMenus(
      // What is wrong with one is told where a page is drawn.
      collectItems(navigation, ctx, () => undefined),
      menus,
      ctx.can,
    );
    const pages = items.filter(
      ({ href, method, outside, name }) => method !== 'post' && !outside && name !== 'search' && href !== '/',
    );
    const [main, meta] = (['main', 'meta'] as const).map((menu) =>
      pages.filter((item) => item.menu === menu).toSorted(compareItems),
    );
    const [entry] = [...(main ?? []), ...(meta ?? [])];
    if (!entry) throw new NotFoundError('This site has no front page, and nothing in its menu for you.');
    return entry.href;
  };
  return { getRoutes: () => [{ method: 'GET', path: '/', handle: (ctx) => ({ redirect: first(ctx) }) }] };
}
