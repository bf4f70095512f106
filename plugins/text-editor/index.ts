import {
  component,
  firstValue,
  IPages,
  IRequestFilter,
  IRouteProvider,
  ITexts,
  ITicketService,
  type OperationContext,
  type Outcome,
  type TicketContext,
  type TicketForm,
  type WebRequest,
} from 'tracts';
import { IAddressPrivacy } from 'tracts/addresses';
import { ITicketPanelProvider, type Panel, type Viewer } from 'tracts/ticket-web';
import { showHelp } from './help.ts';
import { Pace } from './pace.ts';
import { type RenderNeeds, renderText } from './render.ts';
import { sayWhatWasStored } from './sent.ts';
import { type Edited, editorSettings } from './settings.ts';

/** Requests at once and per second, of one person: each also costs by its length. Somebody who types asks three times a second. */
const REQUESTS = { atOnce: 40, perSecond: 5 } as const;

/** Draws texts while they are written, and shows how they are written. */
export const TextPreview = component({
  doc: 'Serves /wiki_render, which draws a text while it is written, and /help/text, which shows how texts are written.',
  implements: [IRouteProvider],
  uses: { texts: ITexts, tickets: ITicketService, privacy: IAddressPrivacy },
  create: (needs: RenderNeeds) => {
    const pace = new Pace(REQUESTS.atOnce, REQUESTS.perSecond);
    return {
      getRoutes: () => [
        { method: 'POST', path: '/wiki_render', mode: 'read', handle: (ctx, request) => renderText(needs, pace, ctx, request) },
        {
          method: 'GET',
          path: '/help/text',
          handle: (ctx, request) => showHelp(needs.texts, ctx, request, firstValue(request.query['format'])),
        },
      ],
    };
  },
});

/** What pages say of the text that is edited on them (`edits` in the data of a view). */
const editsOf = (data: Readonly<Record<string, unknown>>): Edited | undefined => data['edits'] as Edited | undefined;

function withEditor(pages: IPages, ctx: OperationContext, request: WebRequest, outcome: Outcome): Outcome {
  if (!('template' in outcome)) return outcome;
  const edits = editsOf(outcome.data);
  if (edits === undefined) return outcome;
  const editor = editorSettings(ctx, edits, (path) => request.href(path), pages);
  return { ...outcome, data: { ...outcome.data, editor } };
}

const isWritten = (form: TicketForm): boolean => {
  if (form.mayComment) return true;
  for (const { type, format, editable } of form.fields.values())
    if (editable && type === 'textarea' && format === 'wiki') return true;
  return false;
};

interface Needs {
  readonly texts: ITexts;
  readonly pages: IPages;
}

function panelsFor({ texts, pages }: Needs, ctx: TicketContext, form: TicketForm, viewer: Viewer): readonly Panel[] {
  if (!isWritten(form)) return [];
  const settings = editorSettings(ctx, { ticket: ctx.ticket.id, format: texts.current }, viewer.href, pages);
  return [{ template: 'text-editor/head.njk', macro: 'head', title: '', place: 'head', data: { ...settings } }];
}

/** The editor of texts: tools, preview beside the text, proposals, and unsent texts that outlive a reload. */
export const TextEditor = component({
  doc: 'Gives texts of tickets tools, a preview beside them and proposals, and keeps in the browser what is not sent yet.',
  implements: [ITicketPanelProvider, IRequestFilter],
  uses: { texts: ITexts, pages: IPages },
  create: (needs: Needs) => ({
    getTicketPanels: (ctx, form, viewer) => panelsFor(needs, ctx, form, viewer),
    getNewTicketPanels: (ctx, _typed, form, viewer) => panelsFor(needs, ctx, form, viewer),
    postProcessRequest: (ctx, request, outcome) => sayWhatWasStored(request, withEditor(needs.pages, ctx, request, outcome)),
  }),
});
