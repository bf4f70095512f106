import { firstValue, formText, localPath, type WebRequest } from 'tracts';

const POINTLESS = /^\/(?:login|logout|invite)(?:[/?#]|$)/;

/** Where to go after logging in: what the form or the address says, else the page the person came from; always on this site. */
export function returnPath(request: WebRequest): string {
  const below = request.params['*'];
  const asked = below ? `/${below}` : formText(request, 'referer') || firstValue(request.query['referer']) || cameFrom(request);
  const path = localPath(asked);
  return path === undefined || POINTLESS.test(path) ? '/' : path;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Where `[metanav] logout.redirect` leads: a path of this site, with or without the slash; what is none leads to the start page. */
export const afterLogout = (configured: string): string =>
  (SCHEME.test(configured) ? undefined : localPath(configured.startsWith('/') ? configured : `/${configured}`)) ?? '/';

function cameFrom({ headers, origin, href }: WebRequest): string {
  const { referer } = headers;
  if (referer === undefined || !URL.canParse(referer)) return '';
  const url = new URL(referer);
  const prefix = href('/');
  const path = url.pathname + url.search;
  return url.origin === origin && path.startsWith(prefix) ? path.slice(prefix.length - 1) : '';
}
