import { randomBytes, timingSafeEqual } from 'node:crypto';
import { TracError } from '../kernel/errors.ts';

/** Trac's names: client scripts read the cookie and send it back under the field's name. */
export const FORM_TOKEN_FIELD = '__FORM_TOKEN';
export const FORM_TOKEN_COOKIE = 'trac_form_token';
export const FORM_TOKEN_HEADER = 'x-trac-form-token';
/** What other programs call that header. */
export const CSRF_HEADER = 'x-csrf-token';

const TOKEN = /^[\w-]{16,128}$/;

export const newFormToken = (): string => randomBytes(18).toString('base64url');
/** True for text that can be a form token; the cookie of an anonymous visitor may hold anything. */
export const isFormToken = (text: string | undefined): text is string => text !== undefined && TOKEN.test(text);

/** What a state-changing request brings along as proof that it comes from our own page. */
export interface Proof {
  readonly expected: string | undefined;
  readonly given: string | undefined;
  readonly origin: string | undefined;
  /** Counts where there is no origin. */
  readonly referer: string | undefined;
  readonly fetchSite: string | undefined;
  isOwnOrigin(origin: string): boolean;
}

/** Throws unless a request that changes something comes from one of our own pages, whatever its content type. */
export function requireProof(proof: Proof): void {
  const { fetchSite, origin = originIn(proof.referer) } = proof;
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') refuseForeign();
  if (origin !== undefined && !proof.isOwnOrigin(origin)) refuseForeign();
  if (!isSame(proof.expected, proof.given)) {
    throw new TracError(
      'FORM_TOKEN',
      'The form token is missing or no longer valid, so nothing was saved. Allow cookies, go back, reload the page and send it again.',
      403,
    );
  }
}

/** Of an address its origin, all that some browsers leave of it; whatever is no address is nobody's. */
function originIn(referer: string | undefined): string | undefined {
  if (referer === undefined || referer === '') return undefined;
  return URL.canParse(referer) ? new URL(referer).origin : 'null';
}

function refuseForeign(): never {
  throw new TracError(
    'FOREIGN_ORIGIN',
    'This request was sent by a page of another site, so nothing was saved. If that page is this site under another address, set [trac] base_url.',
    403,
  );
}

function isSame(expected: string | undefined, given: string | undefined): boolean {
  if (!isFormToken(expected) || given === undefined) return false;
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
