import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../kernel/errors.ts';

export interface AddressOptions {
  /** `[trac] base_url`: the address people use, or ''. */
  readonly baseUrl: string;
  /** `[trac] trusted_proxies`: addresses, networks such as 10.0.0.0/8, or `loopback`, whose X-Forwarded-* count. */
  readonly trustedProxies: readonly string[];
  /** `[trac] secure_cookies`. */
  readonly secureCookies: boolean;
}

/** Where the site is, as seen from outside. */
export interface Addresses {
  /** `''` or a path such as `/tracker`, without a slash at its end. */
  prefixOf(request: IncomingMessage): string;
  /** The request's own path and query within the site. */
  inner(request: IncomingMessage): string;
  /** Scheme and host as people write them. */
  originOf(request: IncomingMessage): string;
  /** True when a page at `origin` may send forms here. */
  isOwnOrigin(origin: string, request: IncomingMessage): boolean;
  /** True when cookies should travel over HTTPS only. */
  isSecure(request: IncomingMessage): boolean;
  isTrusted(address: string | undefined): boolean;
}

const PREFIX = /^(?:\/[\w.~-]+)+$/;

/** Works out prefix, origin and scheme: `base_url` wins, then what a trusted proxy says, then the request itself. */
export function createAddresses(options: AddressOptions): Addresses {
  const base = parseBaseUrl(options.baseUrl);
  const proxies = parseProxies(options.trustedProxies);
  const isTrusted = (address: string | undefined) => address !== undefined && proxies !== undefined && isListed(proxies, address);
  const forwarded = (request: IncomingMessage, name: string): string | undefined => {
    if (proxies === undefined) return undefined;
    const header = request.headers[`x-forwarded-${name}`];
    return typeof header === 'string' && isTrusted(request.socket.remoteAddress) ? header.split(',')[0]?.trim() : undefined;
  };
  const prefixOf = (request: IncomingMessage): string => {
    if (base) return base.prefix;
    const prefix = forwarded(request, 'prefix')?.replace(/\/+$/, '');
    return prefix !== undefined && PREFIX.test(prefix) ? prefix : '';
  };
  return {
    prefixOf,
    inner: (request) => withoutPrefix(request.url ?? '/', prefixOf(request)),
    originOf: (request) =>
      base?.origin ??
      `${forwarded(request, 'proto') === 'https' ? 'https' : 'http'}://${forwarded(request, 'host') ?? request.headers.host ?? ''}`,
    isOwnOrigin: (origin, request) => origin === base?.origin || isAt(origin, forwarded(request, 'host') ?? request.headers.host),
    isSecure: (request) =>
      options.secureCookies || (base?.origin.startsWith('https:') ?? forwarded(request, 'proto') === 'https'),
    isTrusted,
  };
}

/** Proxies differ in whether they take the prefix away; both ways work. */
function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  if (rest.startsWith('/')) return rest;
  return rest === '' || rest.startsWith('?') ? `/${rest}` : url;
}

/** Some proxies add the default port to the host (`example.org:443`), browsers leave it out. */
function isAt(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  const question = `${origin} ${host}`;
  const known = placed.get(question);
  if (known !== undefined) return known;
  const answer = judgePlace(origin, host);
  if (placed.size >= MOST_PLACES) placed.clear();
  placed.set(question, answer);
  return answer;
}

/** Every form asks, and nearly all about the same one. */
const placed = new Map<string, boolean>();
const MOST_PLACES = 100;

function judgePlace(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: own } = new URL(origin);
  const address = `${protocol}//${host}`;
  return own !== '' && URL.canParse(address) && new URL(address).host === own;
}

function parseBaseUrl(text: string): { readonly origin: string; readonly prefix: string } | undefined {
  if (text.trim() === '') return undefined;
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError(
      `trac.ini [trac] base_url = ${JSON.stringify(text)}: expected an address. Example: https://example.org/tracker`,
      {
        section: 'trac',
        key: 'base_url',
      },
    );
  }
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}

const LOOPBACK = ['127.0.0.0/8', '::1'];

function parseProxies(items: readonly string[]): BlockList | undefined {
  if (items.length === 0) return undefined;
  const list = new BlockList();
  for (const item of items.flatMap((name) => (name === 'loopback' ? LOOPBACK : [name]))) addNetwork(list, item);
  return list;
}

function addNetwork(list: BlockList, item: string): void {
  const [address = '', bits, ...rest] = item.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(length <= most)) {
    const text = `trac.ini [trac] trusted_proxies: ${JSON.stringify(item)} is no address. Example: loopback, 10.0.0.0/8`;
    throw new ConfigError(text, { section: 'trac', key: 'trusted_proxies' });
  }
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
}

/** A dual-stack socket writes IPv4 addresses as `::ffff:10.0.0.1`; BlockList knows that. */
function isListed(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

const HERE = 'http://here.invalid';
/** Of such a path nothing needs to be encoded, and it leads nowhere else. */
const PLAIN_PATH = /^(?:\/[\w-]+)+(?:#[\w:-]*)?$/;

/**
 * The path in `text` if it stays on this site, percent-encoded and fit for a Location header; otherwise undefined.
 *
 * Browsers read `//host`, `/\host` and `/<tab>/host` as other sites; all of these are refused.
 */
export function localPath(text: string): string | undefined {
  if (PLAIN_PATH.test(text)) return text;
  if (!text.startsWith('/') || !URL.canParse(text, HERE)) return undefined;
  const url = new URL(text, HERE);
  const path = url.pathname + url.search + url.hash;
  return url.origin === HERE && !path.startsWith('//') ? path : undefined;
}
