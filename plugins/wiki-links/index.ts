import {
  component,
  IAdjunctService,
  IPages,
  IRouteProvider,
  ISettings,
  ITicketService,
  IWikiSyntaxProvider,
  NotFoundError,
  option,
} from 'tracts';
import { IFileFinder } from './api.ts';
import { withoutDeadEnds } from './dead-ends.ts';
import { fileLinks } from './files.ts';
import { milestoneLinks, PLAIN_PLACES, plainWords, versionLinks } from './places.ts';
import { prefixLinks } from './prefixes.ts';
import { encodeValue } from './targets.ts';
import { commentLinks, ticketLinks } from './tickets.ts';

export { TextCommands } from './commands.ts';

/** What references in texts lead to: tickets, comments, milestones, versions, lists, files, other sites. */
export const WikiLinks = component({
  doc: 'Resolves the links of texts: tickets, comments, milestones, queries, files, other sites.',
  implements: [IWikiSyntaxProvider],
  uses: { tickets: ITicketService, adjuncts: IAdjunctService, settings: ISettings, finders: IFileFinder, pages: IPages },
  sections: {
    intertrac: 'Prefixes that lead to other Tracs: NAME.url = https://example.org/trac, NAME.title = Title, ALIAS = NAME.',
    interwiki: 'Prefixes that lead to other sites: NAME = https://example.org/$1 Title. $1 stands for what follows the prefix.',
  },
  options: {
    ignoreMissing: option.bool(
      'wiki',
      'ignore_missing_pages',
      false,
      'Leave words in CamelCase as they are, instead of marking them as pages that do not exist.',
    ),
  },
  create: ({ tickets, adjuncts, settings, finders, pages, options }) => {
    const resolvers = [
      ticketLinks(tickets),
      commentLinks(tickets),
      milestoneLinks(adjuncts),
      versionLinks(adjuncts),
      fileLinks(finders),
      ...(options.ignoreMissing ? [plainWords] : []),
      ...PLAIN_PLACES,
      prefixLinks(settings),
    ];
    const alive = resolvers.map((resolver) => withoutDeadEnds(resolver, pages));
    return { getLinkResolvers: () => alive };
  },
});

/** Lists the tickets of a milestone at the address that links to it have. */
export const MilestonePath = component({
  doc: 'Serves /milestone/NAME as the list of its tickets.',
  implements: [IRouteProvider],
  uses: { pages: IPages },
  create: ({ pages }) => ({
    getRoutes: () => [
      {
        method: 'GET',
        path: '/milestone/:name',
        requires: 'MILESTONE_VIEW',
        handle: (_ctx, { params }) => {
          if (!pages.has('/query')) throw new NotFoundError('This site has no lists of tickets.');
          return { redirect: `/query?milestone=${encodeValue(params['name'] ?? '')}` };
        },
      },
    ],
  }),
});
