import {
  component,
  type Directory,
  INavigationContributor,
  IPages,
  IRequestFilter,
  ITicketService,
  type OperationContext,
  PermissionError,
} from 'tracts';

/** What was found stays good while nobody's accounts and grants change, but no longer than this: an action may go by the time. */
const KEPT_MS = 60_000;

const FORM = '/newticket';

interface Finding {
  readonly isLetIn: boolean;
  readonly until: number;
}

/**
 * The menu entry for filing a ticket: for holders of TICKET_CREATE, and for those whom an action of a new ticket lets in. Only the
 * controllers know the latter, and menus do not wait, so the question is asked before the request.
 */
export const FilingMenu = component({
  doc: 'Adds “New Ticket” to the menu of those who may file one.',
  implements: [IRequestFilter, INavigationContributor],
  uses: { tickets: ITicketService, pages: IPages },
  create: ({ tickets, pages }) => {
    const found = new WeakMap<Directory, Map<string, Finding>>();

    const look = async (ctx: OperationContext): Promise<boolean> => {
      try {
        await tickets.draft(ctx);
        return true;
      } catch (error) {
        if (!(error instanceof PermissionError)) ctx.log.error('who may file cannot be told', { error: String(error) });
        return false;
      }
    };

    return {
      async preProcessRequest(ctx) {
        if (ctx.can('TICKET_CREATE') || !pages.has(FORM)) return undefined;
        const known = found.get(ctx.directory) ?? new Map<string, Finding>();
        found.set(ctx.directory, known);
        const now = ctx.now.getTime();
        if ((known.get(ctx.user.name)?.until ?? 0) > now) return undefined;
        known.set(ctx.user.name, { isLetIn: await look(ctx), until: now + KEPT_MS });
        return undefined;
      },
      getNavigationItems: (ctx) =>
        pages.has(FORM) && (ctx.can('TICKET_CREATE') || found.get(ctx.directory)?.get(ctx.user.name)?.isLetIn)
          ? [{ menu: 'main', name: 'newticket', label: 'New Ticket', href: FORM, order: 6 }]
          : [],
    };
  },
});
