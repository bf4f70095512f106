import type { FastifyReply, FastifyRequest } from 'fastify';
import { TracError } from '../kernel/errors.ts';
import { type Addresses, localPath } from './addresses.ts';
import { FORM_TOKEN_COOKIE } from './csrf.ts';
import type { CookieChange, Notice, Outcome, OutcomeExtras, View } from './extension-points.ts';
import { decodeNotice, encodeNotice, NOTICE_COOKIE } from './notices.ts';
import { cookiesOf } from './requests.ts';

const NOTICE_SECONDS = 60;

/** An outcome whose page has been rendered while its context was open. */
export type Rendered = { readonly outcome: Outcome; readonly html: string | Buffer | undefined };

export const isView = (outcome: Outcome): outcome is View & OutcomeExtras => 'template' in outcome;

/** What this page shows at its top: what the last page left, and what this one has to say. */
export function noticesFor(request: FastifyRequest, outcome: Outcome): readonly Notice[] {
  const cookie = cookiesOf(request)[NOTICE_COOKIE];
  const carried = cookie === undefined ? undefined : decodeNotice(cookie);
  return [carried, outcome.notice].filter((notice) => notice !== undefined);
}

/** Sends an outcome. `formToken` goes along with pages, whose scripts read it from the cookie. */
export function sendOutcome(
  { outcome, html }: Rendered,
  request: FastifyRequest,
  reply: FastifyReply,
  addresses: Addresses,
  formToken: string,
): FastifyReply {
  const jar = createJar(request, reply, addresses);
  outcome.cookies?.forEach(jar);
  reply.headers(outcome.headers ?? {});
  if ('redirect' in outcome) {
    if (outcome.notice) jar({ name: NOTICE_COOKIE, value: encodeNotice(outcome.notice), maxAge: NOTICE_SECONDS });
    return reply.redirect(redirectTarget(outcome.redirect, addresses.prefixOf(request.raw)), 303);
  }
  if ('events' in outcome) throw new TracError('REPLY', 'A stream of events is no answer that could be sent.', 500, false);
  reply.code(outcome.status ?? 200);
  if (!isView(outcome)) return sendData(outcome, reply);
  if (cookiesOf(request)[NOTICE_COOKIE] !== undefined) jar({ name: NOTICE_COOKIE, value: undefined });
  if (cookiesOf(request)[FORM_TOKEN_COOKIE] !== formToken) jar({ name: FORM_TOKEN_COOKIE, value: formToken, httpOnly: false });
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
  return reply.type('text/html; charset=utf-8').send(html);
}

function sendData(
  outcome: Extract<Outcome, { status?: number } & ({ json: unknown } | { stream: unknown } | { text: string })>,
  reply: FastifyReply,
): FastifyReply {
  if ('json' in outcome) return reply.send(outcome.json);
  if ('stream' in outcome) return reply.type(outcome.type).send(outcome.stream);
  return reply.type(outcome.type ?? 'text/plain; charset=utf-8').send(outcome.text);
}

/** Cookies are for the whole site and for it alone. */
function createJar(request: FastifyRequest, reply: FastifyReply, addresses: Addresses): (change: CookieChange) => void {
  // What the router refuses never met the cookie plugin; such a request is anonymous and its answer sets nothing.
  if (!('setCookie' in reply)) return () => undefined;
  return ({ name, value, maxAge, httpOnly = true }) => {
    const path = addresses.prefixOf(request.raw) || '/';
    const shared = { path, httpOnly, sameSite: 'lax', secure: addresses.isSecure(request.raw) } as const;
    if (value === undefined) reply.clearCookie(name, shared);
    else reply.setCookie(name, value, maxAge === undefined ? shared : { ...shared, maxAge });
  };
}

/** Only a path of this site is ever redirected to; a plugin that takes a target from a form must check it with `localPath`. */
function redirectTarget(path: string, prefix: string): string {
  const local = localPath(path);
  if (local === undefined)
    throw new TracError('REDIRECT', `A redirect must stay on this site: ${JSON.stringify(path)}`, 500, false);
  return prefix + local;
}
