import {
  BadRequestError,
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  ICommandProvider,
  ISiteOptions,
  ITexts,
  ITicketService,
} from 'tracts';
import { hideAddresses, IAddressPrivacy } from 'tracts/addresses';
import { ticketId } from './targets.ts';

const flagOf = ({ flags }: CommandArguments, name: string): string => {
  const value = flags[name];
  return typeof value === 'string' ? value : '';
};

/** The path under which `[trac] base_url` says that people reach the site, without a slash at its end. */
const prefixOf = (baseUrl: string): string => (URL.canParse(baseUrl) ? new URL(baseUrl).pathname.replace(/\/+$/, '') : '');

async function render(host: CommandHost, args: CommandArguments): Promise<number> {
  const id = ticketId(flagOf(args, 'ticket'));
  if (id === undefined) throw new BadRequestError('Say in which ticket the text stands. Example: tracts wiki render --ticket 12');
  const site = await host.openSite();
  const source = await host.readInput();
  const name = flagOf(args, 'user') || 'anonymous';
  const [texts, tickets, privacy] = [site.get(ITexts), site.get(ITicketService), site.get(IAddressPrivacy)];
  const prefix = prefixOf(site.get(ISiteOptions).baseUrl);
  const format = flagOf(args, 'format') || 'wiki';
  if (!texts.formats.some((one) => one.name === format))
    throw new BadRequestError(`There is no text format ${format}. Known: ${texts.formats.map((one) => one.name).join(', ')}.`);
  const asker = { user: { name, authenticated: name !== 'anonymous' }, via: 'cli' } as const;
  const html = await site.contexts.read(asker, async (ctx) => {
    const open = await tickets.open(ctx, id);
    const scope = {
      resource: { realm: 'ticket', id, object: open.ticket },
      href: (path: string) => prefix + path,
      hide: privacy.mayRead(open) ? (text: string) => text : hideAddresses,
    };
    const [drawn = ''] = await texts.render(ctx, [{ source, format, inline: args.flags['oneliner'] === true }], scope);
    return drawn;
  });
  host.out(html.replace(/\n$/, ''));
  return 0;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'wiki render',
    summary: 'Format standard input as it would stand in ticket N, for NAME (default: anonymous), and print the HTML.',
    takesDir: true,
    options: { ticket: 'N', user: 'NAME', format: 'FORMAT' },
    switches: ['oneliner'],
    run: render,
  },
];

/** `tracts wiki render`. */
export const TextCommands = component({
  doc: 'The command wiki render.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
