import { TracError } from '../kernel/errors.ts';
import type { IRouteProvider, Route } from './extension-points.ts';

const PARAMETER = /:(\w+)/g;

/** Routes of one address, by method. */
export interface Address {
  readonly path: string;
  readonly routes: readonly Route[];
}

/**
 * Collects routes by address and refuses two of one method and address (whatever their parameters are called), and a GET
 * route that could get a writing context: a link followed must never change anything.
 */
export function collectRoutes(providers: Iterable<IRouteProvider>): readonly Address[] {
  const byShape = new Map<string, Route[]>();
  for (const provider of providers) {
    for (const route of provider.getRoutes()) {
      checkRoute(route);
      const shape = route.path.replace(PARAMETER, ':');
      const routes = byShape.get(shape) ?? [];
      if (routes.some(({ method }) => method === route.method)) {
        throw new TracError(
          'ROUTES',
          `Two components answer ${route.method} ${route.path}. Disable one of them in [components].`,
        );
      }
      byShape.set(shape, [...routes, route]);
    }
  }
  return [...byShape.values()].map((routes) => ({ path: routes[0]?.path ?? '/', routes }));
}

function checkRoute({ method, path, mode, uploads }: Route): void {
  if (!path.startsWith('/')) throw new TracError('ROUTES', `The route ${JSON.stringify(path)} must begin with a slash.`);
  if (method === 'GET' && mode !== undefined && mode !== 'read') {
    throw new TracError('ROUTES', `The route GET ${path} asks to write. Let the page show a form that posts, and write there.`);
  }
  if (method === 'GET' && uploads) throw new TracError('ROUTES', `The route GET ${path} has uploads; files come with a POST.`);
}
