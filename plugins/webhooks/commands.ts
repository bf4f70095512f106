import {
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  ICommandProvider,
  IContexts,
  IGenerations,
  IOutbox,
  IPermissionService,
  ISiteOptions,
  ITicketFields,
  ITicketService,
  type OpenSite,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { makeNeeds, OPTIONS } from './needs.ts';
import { ping, sayOutcome } from './panel.ts';
import { loadHooks } from './store.ts';

const ASKER = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;

/** Commands act on the site that they open, whose options may differ from those of the component's own. */
function needsOf(site: OpenSite) {
  const read = <T>(option: { section: string; name: string; fallback: T; parse(raw: string): T }): T => {
    const raw = site.settings.get(option.section, option.name);
    return raw === undefined ? option.fallback : option.parse(raw);
  };
  return makeNeeds({
    contexts: site.get(IContexts),
    generations: site.get(IGenerations),
    tickets: site.get(ITicketService),
    fields: site.get(ITicketFields),
    privacy: site.get(IAddressPrivacy),
    site: site.get(ISiteOptions),
    permissions: site.get(IPermissionService),
    outbox: site.get(IOutbox),
    options: {
      allowPrivate: read(OPTIONS.allowPrivate),
      timeout: read(OPTIONS.timeout),
      disableAfter: read(OPTIONS.disableAfter),
    },
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');

async function list(host: CommandHost, { flags }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const hooks = await site.contexts.read(ASKER, ({ db }) => loadHooks(db));
  if (flags['json']) host.out(JSON.stringify(hooks.map(({ secret: _secret, ...rest }) => rest)));
  else if (hooks.length === 0) host.out('There are no webhooks.');
  else
    for (const { id, name, url, events, enabled, trouble } of hooks)
      host.out(printable([`${id}`, enabled ? 'on' : 'off', name, url, events.join(','), trouble].filter(Boolean).join('  ')));
  return 0;
}

async function test(host: CommandHost, { positional }: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const [wanted = ''] = positional;
  const hooks = await site.contexts.read(ASKER, ({ db }) => loadHooks(db));
  const hook = hooks.find(({ id, name }) => String(id) === wanted || name === wanted);
  if (!hook) throw new Error(`There is no webhook ${wanted}. See "tracts webhook list".`);
  const { kind, text } = sayOutcome(await ping(needsOf(site), hook));
  host.out(printable(text));
  return kind === 'error' ? 1 : 0;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'webhook list',
    summary: 'List the webhooks; their secrets are never shown.',
    takesDir: true,
    switches: ['json'],
    run: list,
  },
  {
    name: 'webhook test',
    summary: 'Send a test message to the webhook of this number or name, and tell how it went.',
    takesDir: true,
    arguments: ['WEBHOOK'],
    run: test,
  },
];

/** `tracts webhook list` and `tracts webhook test`. */
export const WebhookCommands = component({
  doc: 'The commands webhook list and webhook test.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
