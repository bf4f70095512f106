import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** One address of a host, as it is connected to. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** An address that nothing is sent to; the sentence is for administrators. */
export class ForbiddenAddressError extends Error {}

/** Networks that are nobody's public ones: this machine, private and link-local networks, examples, tunnels into any of them. */
const INNER_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
const INNER_6 = [
  '::/96',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
];

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
// Apart: in one list an IPv4 address would also be looked for among those that IPv6 writes.
const inner4 = listOf(INNER_4, 'ipv4');
const inner6 = listOf(INNER_6, 'ipv6');

/** True for an address of a public network. What is no address is none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  // An address that says which interface it is on is a local one.
  if (family === 0 || address.includes('%')) return false;
  return family === 6 ? !inner6.check(address, 'ipv6') : !inner4.check(address, 'ipv4');
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** The address that a webhook may have, or a sentence about what is wrong with it. */
export function parseTarget(text: string): URL | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'This is no address. Example: https://example.org/hook';
  if (url.username !== '' || url.password !== '')
    return 'Leave name and password out of the address: it is shown to administrators. What comes from here is signed instead.';
  url.hash = '';
  return url;
}

/**
 * The addresses of a host, which must all be public ones unless inner ones are allowed. Connect to these and no others: a name
 * that is looked up again may lead elsewhere by then.
 */
export async function resolveTarget({ hostname }: URL, allowPrivate: boolean): Promise<readonly HostAddress[]> {
  const host = bare(hostname);
  const family = isIP(host);
  const found =
    family === 0 ? await lookup(host, { all: true, verbatim: true }) : [{ address: host, family: family === 6 ? 6 : 4 } as const];
  const forbidden = allowPrivate ? undefined : found.find(({ address }) => !isPublicAddress(address));
  if (forbidden)
    throw new ForbiddenAddressError(
      `${host} is ${forbidden.address}, an address within a network. Nothing is sent there unless [webhooks] allow_private = enabled stands in trac.ini.`,
    );
  return found.map(({ address, family: version }) => ({ address, family: version === 6 ? 6 : 4 }));
}
