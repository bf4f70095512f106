import type { FastifyRequest } from 'fastify';
import type { Addresses } from './addresses.ts';
import {
  CSRF_HEADER,
  FORM_TOKEN_COOKIE,
  FORM_TOKEN_FIELD,
  FORM_TOKEN_HEADER,
  isFormToken,
  newFormToken,
  requireProof,
} from './csrf.ts';
import type { UploadedFile, WebRequest } from './extension-points.ts';
import { firstValue, type Parameters } from './input.ts';
import type { Visitor } from './visitor.ts';

/** What the body parsers leave: `json` for JSON, `undefined` for nothing, `unreadable` for every other content type. */
export type ParsedBody =
  | { readonly kind: 'form'; readonly values: Parameters; readonly files?: readonly UploadedFile[] }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'unreadable' };

const NOTHING: Parameters = Object.freeze(Object.create(null) as Parameters);
const NO_FILES: readonly UploadedFile[] = Object.freeze([]);

/** The request as routes see it. */
export function toWebRequest(request: FastifyRequest, visitor: Visitor, addresses: Addresses): WebRequest {
  const body = request.body as ParsedBody | undefined;
  return {
    method: request.method,
    path: pathOf(request),
    params: request.params as Record<string, string>,
    query: request.query as Parameters,
    body: body?.kind === 'form' ? body.values : NOTHING,
    ...(body?.kind === 'json' ? { json: body.value } : {}),
    files: body?.kind === 'form' ? (body.files ?? NO_FILES) : NO_FILES,
    headers: request.headers as Record<string, string | undefined>,
    ip: request.ip,
    sessionId: visitor.sessionId,
    formToken: visitor.formToken,
    origin: addresses.originOf(request.raw),
    href: hrefOf(request, addresses),
  };
}

/** The request's path within the site, without the query, still percent-encoded. */
export function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return end < 0 ? request.url : request.url.slice(0, end);
}

/** The function that puts the prefix before a path of this site. */
export function hrefOf(request: FastifyRequest, addresses: Addresses): (path: string) => string {
  const prefix = addresses.prefixOf(request.raw);
  return (path) => prefix + path;
}

/** The request's cookies; none where the request was refused before they were read. */
export const cookiesOf = (request: FastifyRequest): Readonly<Record<string, string | undefined>> => request.cookies ?? {};

/** The visitor's form token if the browser holds a usable one, else a fresh one. */
export function anonymousToken(request: FastifyRequest): string {
  const token = cookiesOf(request)[FORM_TOKEN_COOKIE];
  return isFormToken(token) ? token : newFormToken();
}

/**
 * Throws unless a request that is no GET proves to come from one of our pages.
 *
 * A visitor without a session sends the same token twice, as cookie and as field; without the cookie there is nothing to
 * compare with, so the request is refused.
 */
export function checkProof(
  request: FastifyRequest,
  visitor: Visitor,
  addresses: Addresses,
  body = request.body as ParsedBody | undefined,
): void {
  const { headers } = request;
  requireProof({
    expected: visitor.sessionId === undefined ? cookiesOf(request)[FORM_TOKEN_COOKIE] : visitor.formToken,
    given: headerText(headers[FORM_TOKEN_HEADER]) ?? headerText(headers[CSRF_HEADER]) ?? tokenIn(body),
    origin: headers.origin,
    referer: headers.referer,
    fetchSite: headerText(headers['sec-fetch-site']),
    isOwnOrigin: (origin) => addresses.isOwnOrigin(origin, request.raw),
  });
}

const headerText = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

function tokenIn(body: ParsedBody | undefined): string | undefined {
  if (body?.kind === 'form') return firstValue(body.values[FORM_TOKEN_FIELD]);
  if (body?.kind !== 'json' || typeof body.value !== 'object' || body.value === null) return undefined;
  const token = (body.value as Record<string, unknown>)[FORM_TOKEN_FIELD];
  return typeof token === 'string' ? token : undefined;
}

/** True for clients that ask for JSON and not for a page. */
export function wantsJson({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.includes('application/json') && !accept.includes('text/html');
}
