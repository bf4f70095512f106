import { TracError } from '../kernel/errors.ts';
import type { IPages, IRouteProvider, Route } from './extension-points.ts';

const PARAMETER = /:(\w+)/g;
const shapeOf = (path: string): string => path.replace(PARAMETER, ':');

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
      const shape = shapeOf(route.path);
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

/** Gathers the routes at the first question, and remembers each answer. */
export function pagesOf(providers: () => Iterable<IRouteProvider>): IPages {
  let known: ReadonlySet<string> | undefined;
  const answers = new Map<string, boolean>();
  const look = (path: string, method: Route['method']): boolean => {
    known ??= new Set(
      collectRoutes(providers()).flatMap(({ path: at, routes }) => routes.map((route) => `${route.method} ${shapeOf(at)}`)),
    );
    return known.has(`${method} ${shapeOf(path)}`);
  };
  return {
    has(path, method = 'GET') {
      const question = method === 'GET' ? path : `${method} ${path}`;
      const answer = answers.get(question) ?? look(path, method);
      if (answers.size < MOST_ANSWERS) answers.set(question, answer);
      return answer;
    },
  };
}

const MOST_ANSWERS = 1000;

function checkRoute({ method, path, mode, uploads }: Route): void {
  if (!path.startsWith('/')) throw new TracError('ROUTES', `The route ${JSON.stringify(path)} must begin with a slash.`);
  if (method === 'GET' && mode !== undefined && mode !== 'read') {
    throw new TracError('ROUTES', `The route GET ${path} asks to write. Let the page show a form that posts, and write there.`);
  }
  if (method === 'GET' && uploads) throw new TracError('ROUTES', `The route GET ${path} has uploads; files come with a POST.`);
}
