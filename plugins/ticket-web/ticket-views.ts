import { component, IPages, ITexts, ITicketFields, ITicketService } from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { ITicketViews } from './api.ts';
import { presentTicket, viewShown } from './presenter.ts';
import { viewerOf } from './viewer.ts';

/** Draws tickets and their history for pages other than the ticket's own. */
export const TicketViews = component({
  doc: 'Makes of tickets and their history what templates need to draw them.',
  implements: [ITicketViews],
  uses: { tickets: ITicketService, fields: ITicketFields, privacy: IAddressPrivacy, texts: ITexts, pages: IPages },
  create: ({ tickets, fields, privacy, texts: drawer, pages }) => ({
    async ticket(ctx, request) {
      const viewer = viewerOf(ctx, request, { privacy, fields, pages });
      const { id, version, heading, status, opened, facts, texts } = await presentTicket(
        { ctx, form: await tickets.form(ctx), history: [] },
        viewer,
        drawer,
      );
      return { id, version, heading, status, opened, facts, texts };
    },
    async entries(ctx, request, history) {
      const viewer = viewerOf(ctx, request, { privacy, fields, pages });
      return viewShown({ ctx, form: await tickets.form(ctx), history }, viewer, drawer);
    },
  }),
});
