import {
  component,
  INavigationContributor,
  IPages,
  IRequestFilter,
  IRouteProvider,
  ITicketFields,
  ITicketService,
  type OperationContext,
  type Outcome,
  type TicketContext,
  type WebRequest,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { ITicketPanelProvider, ITicketViews } from 'tracts/ticket-web';
import { parameter, ticketIdIn } from './address.ts';
import { showChanges } from './changes.ts';
import { showCommentDiff, showDiff } from './diff-pages.ts';
import { showCommentHistory, showEntries, showHistory } from './history-pages.ts';
import { showVersion } from './past.ts';
import type { Needs } from './scope.ts';

type Show = (needs: Needs, ctx: TicketContext, request: WebRequest) => Promise<Outcome>;

/** Trac's `?action=…` of a ticket's page; every other action is one of the workflow. */
const VIEWS: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['history', showHistory],
  ['diff', showDiff],
  ['comment-history', (needs, ctx, request) => showCommentHistory(needs, ctx, request, 'cnum')],
  ['comment-diff', showCommentDiff],
]);

const TICKET_PAGE = /^\/ticket\/(\d{1,10})\/?$/;

/** The view that an address such as `/ticket/12?version=3` asks for; undefined for the ticket's own page. */
function viewOf(request: WebRequest): Show | undefined {
  const action = VIEWS.get(parameter(request, 'action'));
  if (action) return action;
  if (parameter(request, 'version') !== '') return showVersion;
  if (parameter(request, 'cnum_hist') !== '') return (needs, ctx, from) => showCommentHistory(needs, ctx, from, 'cnum_hist');
  return undefined;
}

async function showOf(
  needs: Needs,
  ctx: OperationContext,
  request: WebRequest,
  id: string | undefined,
  show: Show,
): Promise<Outcome> {
  return show(needs, await needs.tickets.open(ctx, ticketIdIn(id)), request);
}

const USES = {
  tickets: ITicketService,
  fields: ITicketFields,
  privacy: IAddressPrivacy,
  views: ITicketViews,
  pages: IPages,
} as const;

/** What a ticket's history looks like from elsewhere than its page. */
export const TicketHistoryPages = component({
  doc: 'Serves versions, differences and histories of tickets and comments.',
  implements: [IRequestFilter, IRouteProvider, ITicketPanelProvider],
  uses: USES,
  create: (needs: Needs) => ({
    /** Trac has these views at the ticket's own address. */
    preProcessRequest: (ctx, request) => {
      if (!['GET', 'HEAD'].includes(request.method) || !request.path.startsWith('/ticket/')) return undefined;
      const id = TICKET_PAGE.exec(request.path)?.[1];
      const show = id === undefined ? undefined : viewOf(request);
      return show && showOf(needs, ctx, request, id, show);
    },
    getTicketPanels: ({ ticket }) => [
      {
        place: 'tools',
        title: 'History',
        template: 'ticket-history/tool.njk',
        macro: 'tool',
        data: { id: ticket.id },
        order: 50,
      },
    ],
    getRoutes: () => [
      {
        method: 'GET',
        path: '/ticket/:id/entries',
        handle: (ctx, request) => showOf(needs, ctx, request, request.params['id'], showEntries),
      },
    ],
  }),
});

/** Everybody's changes on one page. */
export const ChangesPage = component({
  doc: 'Serves /changes: what happened to all tickets, newest first.',
  implements: [IRouteProvider, INavigationContributor],
  uses: USES,
  create: (needs: Needs) => ({
    getRoutes: () => [
      { method: 'GET', path: '/changes', requires: 'TIMELINE_VIEW', handle: (ctx, request) => showChanges(needs, ctx, request) },
    ],
    getNavigationItems: (ctx) =>
      ctx.can('TIMELINE_VIEW') ? [{ menu: 'main', name: 'changes', label: 'Changes', href: '/changes', order: 5.5 }] : [],
  }),
});
