import {
  type Command,
  type CommandArguments,
  type CommandHost,
  component,
  ICommandProvider,
  ITicketService,
  ITicketSimilarityDetector,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { offerSimilar } from './offers.ts';
import { bringUpToDate } from './upkeep.ts';

async function rebuild(host: CommandHost): Promise<number> {
  const { contexts } = await host.openSite();
  const tickets = await bringUpToDate(contexts, { anew: true });
  host.out(`${tickets} ${tickets === 1 ? 'ticket is' : 'tickets are'} indexed anew.`);
  return 0;
}

const flagOf = ({ flags }: CommandArguments, name: string): string => {
  const value = flags[name];
  return typeof value === 'string' ? value : '';
};
/** Control signs and signs that turn the direction of writing could make a terminal show something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');

async function find(host: CommandHost, args: CommandArguments): Promise<number> {
  const site = await host.openSite();
  const name = flagOf(args, 'user') || 'anonymous';
  const asker = { user: { name, authenticated: name !== 'anonymous' }, via: 'cli' } as const;
  const needs = {
    detector: site.get(ITicketSimilarityDetector),
    tickets: site.get(ITicketService),
    privacy: site.get(IAddressPrivacy),
  };
  const [summary = ''] = args.positional;
  const draft = { summary, description: flagOf(args, 'description') };
  const offers = await site.contexts.read(asker, (ctx) =>
    offerSimilar(needs, ctx, { ...draft, values: draft }, { offered: 10, patience: 60_000 }),
  );
  if (args.flags['json']) host.out(JSON.stringify(offers));
  else
    for (const { id, score, status, summary: text } of offers)
      host.out(printable(`#${id} ${score.toFixed(2)} (${status}) ${text}`));
  return 0;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'similarity rebuild',
    summary: 'Index the words of every ticket anew, for finding similar ones. The site may run meanwhile.',
    takesDir: true,
    run: rebuild,
  },
  {
    name: 'similarity find',
    summary: 'List the tickets that say much the same as SUMMARY, as far as NAME (default: anonymous) may view them.',
    takesDir: true,
    arguments: ['SUMMARY'],
    options: { description: 'TEXT', user: 'NAME' },
    switches: ['json'],
    run: find,
  },
];

/** `tracts similarity rebuild` and `tracts similarity find`. */
export const SimilarityCommands = component({
  doc: 'The commands similarity rebuild and similarity find.',
  implements: [ICommandProvider],
  create: () => ({ getCommands: () => COMMANDS }),
});
