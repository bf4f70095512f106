import { component, IPages, IRegistry, ITexts, option, type TicketContext, type TicketForm } from 'tracts';
import { ITicketPanelProvider, type Panel, type Viewer } from 'tracts/ticket-web';
import { sizeInWords } from './names.ts';
import type { AttachmentLimits } from './plan.ts';
import { mayAttach, mayView } from './rights.ts';
import { LIMITS } from './service.ts';
import { listAttachments } from './store.ts';
import { planOf } from './tickets.ts';
import { DRAFT_CONTROL, FILE_CONTROL, MOST_AT_ONCE } from './uploads.ts';
import { viewDraft, viewFiles } from './view.ts';
import { mayZip } from './zip.ts';

interface Needs {
  readonly texts: ITexts;
  readonly pages: IPages;
  readonly registry: IRegistry;
  readonly options: AttachmentLimits & { readonly maxZip: number };
}

/** The option that pages and panels share. */
export const MAX_ZIP = option.int(
  'attachment',
  'max_zip_size',
  2_097_152,
  'Bytes that all files of a ticket may have together to be had as one zip; -1 for never.',
);

const resourceOf = ({ ticket }: TicketContext) => ({ realm: 'ticket', id: ticket.id, object: ticket });

/** What the control for files is drawn with. */
export const chooserData = ({ maxSize }: AttachmentLimits, { current }: ITexts, pages: IPages) => ({
  /** Files may be sent before the form is. */
  early: pages.has('/attachment/draft', 'POST'),
  control: FILE_CONTROL,
  draftControl: DRAFT_CONTROL,
  most: MOST_AT_ONCE,
  size: maxSize < 0 ? '' : sizeInWords(maxSize),
  format: current,
});

/** The control for files, with what was uploaded before the form came back. */
function chooser({ options, texts, pages }: Needs, { notes }: TicketForm): Panel {
  const planned = notes.flatMap((note) => planOf(note) ?? []);
  const data = {
    ...chooserData(options, texts, pages),
    drafts: planned.flatMap(({ draft, fault }) => (draft && !draft.fault ? [{ ...viewDraft(draft), fault }] : [])),
    faults: planned.map(({ fault }) => fault).filter(Boolean),
  };
  return { ...CHOOSER, data };
}
const CHOOSER = {
  template: 'attachments/chooser.njk',
  macro: 'chooser',
  title: 'Files',
  place: 'form',
  multipart: true,
} as const;

/** Nearly all forms have the same: no files yet. */
const emptyChoosers = new WeakMap<Needs, Panel>();

function chooserFor(needs: Needs, form: TicketForm): Panel {
  if (form.notes.length > 0) return chooser(needs, form);
  const known = emptyChoosers.get(needs);
  if (known?.data['format'] === needs.texts.current) return known;
  const made = chooser(needs, form);
  const empty = { ...made, data: Object.freeze(made.data) };
  emptyChoosers.set(needs, empty);
  return empty;
}

const taking = new WeakMap<Needs, boolean>();

/** Who takes the files of ticket forms: without one of them nothing would come of a file. */
const TAKERS = ['AttachmentUploads', 'TicketAttachments', 'AttachmentsOfTickets'];

function takesFiles(needs: Needs): boolean {
  const known = taking.get(needs);
  if (known !== undefined) return known;
  const on = needs.registry.components().filter(({ enabled }) => enabled);
  const takes = TAKERS.every((name) => on.some(({ id }) => id === `attachments.${name}`));
  taking.set(needs, takes);
  return takes;
}

const SCRIPT: Panel = { template: 'attachments/head.njk', macro: 'script', title: '', place: 'head', data: Object.freeze({}) };

async function panelsOf(needs: Needs, ctx: TicketContext, form: TicketForm, viewer: Viewer): Promise<readonly Panel[]> {
  const resource = resourceOf(ctx);
  const id = String(ctx.ticket.id);
  const files = (await listAttachments(ctx.db, 'ticket', id)).filter((one) => mayView(ctx, one, resource));
  const mayAdd = takesFiles(needs) && mayAttach(ctx, resource);
  const control = mayAdd ? [chooserFor(needs, form), SCRIPT] : [];
  if ((files.length === 0 && !mayAdd) || !needs.pages.has('/attachment/:realm/:id/:name')) return control;
  const list: Panel = {
    template: 'attachments/panel.njk',
    macro: 'panel',
    title: files.length === 0 ? 'Files' : `Files (${files.length})`,
    place: 'aside',
    order: 10,
    data: {
      files: await viewFiles(ctx, needs.texts, files, resource, viewer),
      addHref: mayAdd ? viewer.href(`/attachment/ticket/${id}?action=new`) : '',
      zipHref: files.length > 1 && mayZip(files, needs.options.maxZip) ? viewer.href(`/zip-attachment/ticket/${id}`) : '',
    },
  };
  return [list, ...control];
}

/** Shows the files of a ticket beside it, and lets people choose some in its forms. */
export const AttachmentPanels = component({
  doc: 'Shows the files of a ticket, and a control for more in its forms.',
  implements: [ITicketPanelProvider],
  uses: { texts: ITexts, pages: IPages, registry: IRegistry },
  options: { ...LIMITS, maxZip: MAX_ZIP },
  create: (needs: Needs) => ({
    getTicketPanels: (ctx, form, viewer) => panelsOf(needs, ctx, form, viewer),
    getNewTicketPanels: (ctx, _typed, form) =>
      takesFiles(needs) && mayAttach(ctx, resourceOf(ctx)) ? [chooserFor(needs, form), SCRIPT] : [],
  }),
});
