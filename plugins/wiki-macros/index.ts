import { component, IAdjunctService, IPermissionService, ITicketFields, ITicketService, IWikiMacroProvider } from 'tracts';
import { IFileFinder } from 'tracts/wiki-links';
import { image } from './image.ts';
import { macroList } from './macro-list.ts';
import { OUTLINES } from './outline.ts';
import { progressMeter, ticketQuery } from './ticket-query.ts';

/** Lists of tickets in texts. */
export const QueryMacros = component({
  doc: 'The macros TicketQuery and ProgressMeter.',
  implements: [IWikiMacroProvider],
  uses: { tickets: ITicketService, fields: ITicketFields, permissions: IPermissionService, adjuncts: IAdjunctService },
  create: (needs) => {
    const macros = [ticketQuery(needs), progressMeter(needs)];
    return { getMacros: () => macros };
  },
});

/** Pictures, tables of contents, and the list of all macros. */
export const PageMacros = component({
  doc: 'The macros Image, TOC, PageOutline and MacroList.',
  implements: [IWikiMacroProvider],
  uses: { finders: IFileFinder, providers: IWikiMacroProvider },
  create: ({ finders, providers }) => {
    const macros = [image(finders), macroList(providers), ...OUTLINES];
    return { getMacros: () => macros };
  },
});
