import { component } from './kernel/component.ts';
import { option } from './kernel/option.ts';
import { service } from './kernel/tokens.ts';

/** The options that the site as a whole reads, before and beside its components. */
const options = {
  database: option.text(
    'trac',
    'database',
    'sqlite:db/tracts.db',
    'Where the tickets are: sqlite:PATH (relative to the environment) or postgres://USER:PASSWORD@HOST/DATABASE. Read at start.',
    { secret: true },
  ),
  plugins: option.list('trac', 'plugins', [], 'npm packages to load as plugins, resolved from the environment folder.'),
  baseUrl: option.text(
    'trac',
    'base_url',
    '',
    'The address people use, e.g. https://example.org/tracker. Empty: as the request says.',
  ),
  trustedProxies: option.list(
    'trac',
    'trusted_proxies',
    [],
    'Proxies whose X-Forwarded headers count: addresses, networks, or “loopback”.',
  ),
  secureCookies: option.bool('trac', 'secure_cookies', false, 'Send cookies over HTTPS only.'),
  defaultTimeZone: option.text('trac', 'default_timezone', 'UTC', 'Time zone of people who chose none, e.g. Europe/Zurich.'),
  projectName: option.text('project', 'name', 'Tracts', 'Name of the project, shown on every page.'),
  projectUrl: option.text('project', 'url', '', 'Address of the project itself, for mails and feeds.'),
  projectDescr: option.text('project', 'descr', 'My example project', 'What the project is, in a line.'),
  projectAdmin: option.text('project', 'admin', '', 'Whom to ask for help: an e-mail address.'),
} as const;

type Values<O> = { readonly [K in keyof O]: O[K] extends { readonly fallback: infer T } ? T : never };
export type ISiteOptions = Values<typeof options>;
export const ISiteOptions = service<ISiteOptions>('ISiteOptions', { doc: 'The options of the site as a whole.' });

export const SiteOptions = component({
  doc: 'The options of the site as a whole.',
  implements: [ISiteOptions],
  options,
  create: ({ options: values }) => values as ISiteOptions,
});

/** Options needed before there is a kernel. */
export const { database: DATABASE_OPTION, plugins: PLUGINS_OPTION } = options;
