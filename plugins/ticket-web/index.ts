import {
  component,
  type FieldType,
  IPages,
  IRegistry,
  IRouteProvider,
  ISiteHealth,
  ITexts,
  ITicketFields,
  ITicketService,
  initialValue,
  type WebRequest,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { IFieldViews, ITicketPanelProvider } from './api.ts';
import { isCommentForm, isCommentSubmit, postCommentForm } from './comment-pages.ts';
import { viewField } from './field-view.ts';
import { isSubmit, type PageNeeds, postNewTicket, postTicket, showNewTicket, showStoredTicket } from './pages.ts';
import { viewerOf } from './viewer.ts';

/** A preview only reads. */
const modeOf = (request: WebRequest): 'read' | 'write' => (isSubmit(request) ? 'write' : 'read');

const commentModeOf = (request: WebRequest): 'read' | 'write' => (isCommentSubmit(request) ? 'write' : 'read');

/** The pages on which tickets are filed, read and changed. */
export const TicketPages = component({
  doc: 'Serves /newticket and /ticket/N.',
  implements: [IRouteProvider],
  uses: {
    tickets: ITicketService,
    fields: ITicketFields,
    privacy: IAddressPrivacy,
    texts: ITexts,
    panels: ITicketPanelProvider,
    health: ISiteHealth,
    registry: IRegistry,
    pages: IPages,
  },
  create: (needs: PageNeeds) => ({
    getRoutes: () => [
      // No permission is asked for here: an action may let in who lacks TICKET_CREATE, and the ticket service knows.
      {
        method: 'GET',
        path: '/newticket',
        handle: (ctx, request) => showNewTicket(needs, ctx, request),
      },
      {
        method: 'POST',
        path: '/newticket',
        mode: modeOf,
        uploads: true,
        handle: (ctx, request) => postNewTicket(needs, ctx, request),
      },
      { method: 'GET', path: '/ticket/:id', handle: (ctx, request) => showStoredTicket(needs, ctx, request) },
      {
        method: 'POST',
        path: '/ticket/:id',
        mode: (request) => (isCommentForm(request) ? commentModeOf(request) : modeOf(request)),
        uploads: true,
        handle: (ctx, request) =>
          isCommentForm(request) ? postCommentForm(needs, ctx, request) : postTicket(needs, ctx, request),
      },
    ],
  }),
});

export { CommentPages } from './comment-pages.ts';
export { FilingMenu } from './filing-menu.ts';
export { TicketViews } from './ticket-views.ts';

/** Draws fields for pages other than those of tickets. */
export const FieldViews = component({
  doc: 'Makes of a field what templates need to draw it.',
  implements: [IFieldViews],
  uses: { fields: ITicketFields, privacy: IAddressPrivacy, pages: IPages },
  create: ({ fields, privacy, pages }) => ({
    async view(ctx, request, field) {
      const viewer = viewerOf(ctx, request, { privacy, fields, pages });
      const type: FieldType = fields.type(field.type);
      const value = initialValue(field, fields.type, ctx);
      const extra = await type.present?.(value, { ...field, value }, ctx);
      return viewField(field, viewer, { value, ...(extra ? { extra } : {}) });
    },
  }),
});
