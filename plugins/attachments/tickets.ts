import {
  type ChangeNote,
  component,
  ITexts,
  ITicketChangeListener,
  ITicketManipulator,
  ITicketNoteProvider,
  ITicketService,
  NotFoundError,
  type TicketChange,
  type TicketContext,
} from 'tracts';
import { IAttachmentChangeListener, IAttachmentParentProvider } from './api.ts';
import { type AttachmentLimits, type PlannedFile, planFiles, storePlanned } from './plan.ts';
import { LIMITS } from './service.ts';
import { deleteAttachment, listAttachments } from './store.ts';

const REALM = 'ticket';
/** What the history calls a file that came or went. */
const NOTE = 'attachment';
/** More uploads in one form are nobody's. */
const MOST_TOKENS = 200;

const resourceOf = ({ ticket }: TicketContext) => ({ realm: REALM, id: ticket.id, object: ticket });

/** What was planned for a form is stored when the form is: the note is what both have in common. */
const planned = new WeakMap<ChangeNote, PlannedFile>();

/** What a note of a form is to become; undefined for notes of others. */
export const planOf = (note: ChangeNote): PlannedFile | undefined => planned.get(note);

interface Needs {
  readonly texts: ITexts;
  readonly listeners: Iterable<IAttachmentChangeListener>;
  readonly options: AttachmentLimits;
}

function createTicketAttachments({ texts, listeners, options }: Needs) {
  const store = async (ctx: TicketContext, { notes, author }: TicketChange): Promise<void> => {
    const files = notes.flatMap((note) => planned.get(note) ?? []);
    if (files.length === 0) return;
    const to = { realm: REALM, id: String(ctx.ticket.id) };
    await storePlanned(ctx, to, files, { author, description: '', format: texts.current, listeners });
  };
  return {
    getNoteKinds: () => [{ name: NOTE, permission: 'ATTACHMENT_VIEW' }],
    async prepareTicket(
      ctx: TicketContext,
      form: { readonly notes: ChangeNote[] },
      submission?: { readonly attachments?: readonly string[] | undefined },
    ) {
      const tokens = (submission?.attachments ?? []).slice(0, MOST_TOKENS);
      if (tokens.length === 0) return;
      const id = ctx.ticket.id === undefined ? undefined : String(ctx.ticket.id);
      for (const file of await planFiles(ctx, { realm: REALM, id, resource: resourceOf(ctx) }, tokens, options)) {
        const note: ChangeNote = { kind: NOTE, old: '', new: file.filename, problem: file.fault || undefined };
        planned.set(note, file);
        form.notes.push(note);
      }
    },
    ticketCreated: store,
    ticketChanged: store,
    async ticketDeleted(ctx: TicketContext) {
      for (const attachment of await listAttachments(ctx.db, REALM, String(ctx.ticket.id))) {
        await deleteAttachment(ctx.db, attachment.id);
        for (const listener of listeners) await listener.attachmentDeleted?.(ctx, attachment);
      }
    },
  };
}

/** Attaches what was uploaded for a ticket together with the ticket or the change, or not at all. */
export const TicketAttachments = component({
  doc: 'Attaches uploads together with the ticket or the change they were sent with.',
  implements: [ITicketManipulator, ITicketChangeListener, ITicketNoteProvider],
  uses: { texts: ITexts, listeners: IAttachmentChangeListener },
  options: LIMITS,
  create: createTicketAttachments,
});

/** Lets files be attached to tickets that are there. */
export const AttachmentsOfTickets = component({
  doc: 'Lets files be attached to tickets.',
  implements: [IAttachmentParentProvider],
  uses: { tickets: ITicketService },
  create: ({ tickets }) => ({
    realm: REALM,
    async openParent(ctx, id) {
      if (!/^[1-9]\d{0,9}$/.test(id)) throw new NotFoundError(`There is no ticket “${id.slice(0, 40)}”.`);
      const open = await tickets.open(ctx, Number(id));
      return {
        resource: { ...resourceOf(open), id: String(open.ticket.id) },
        title: `Ticket #${open.ticket.id}`,
        path: `/ticket/${open.ticket.id}`,
        note: (_ctx, notes) => {
          const action = notes.every((note) => note.new === '') ? 'delete attachment' : 'attach';
          return tickets.note(
            open,
            notes.map((note) => ({ kind: NOTE, old: note.new === '' ? note.old : '', new: note.new })),
            action,
          );
        },
      };
    },
  }),
});
