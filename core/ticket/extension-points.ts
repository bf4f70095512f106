import type { Diagnosis } from '../kernel/errors.ts';
import type { Settings } from '../kernel/settings.ts';
import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';
import type { FieldType } from './field-type.ts';
import type {
  ActionSpec,
  Applied,
  ChangeNote,
  CommentRevision,
  Field,
  FieldSpec,
  HistoryEntry,
  HistoryWindow,
  May,
  NoteKind,
  Problem,
  RecentChange,
  RecentChangesQuery,
  Submission,
  Ticket,
  TicketChange,
  TicketContext,
  TicketForm,
  ValueReplacement,
  Values,
} from './types.ts';

/**
 * Offers actions on a ticket. Controllers stack: several may offer the same action: the first label wins, weight is the
 * greatest, hints and inputs add up, changes merge, and two that set one field differently make the submission fail.
 *
 * Called: once for each form built. Combined: all. Ordered by: `[ticket] workflow`, which, when set, also selects.
 * If it throws: its actions are left out and administrators are told; actions that it was seen to have a hand in are refused
 * meanwhile. What throws in an action that is taken fails the request. A `TracError` for people, such as `PermissionError`,
 * always does.
 */
export interface ITicketActionController {
  getTicketActions(ctx: TicketContext): May<readonly ActionSpec[]>;
  /** Every status this controller can lead to; feeds the status field, queries and reports. */
  getAllStatus?(): readonly string[];
}
export const ITicketActionController = extensionPoint<ITicketActionController>('ITicketActionController', {
  doc: 'Offers actions on a ticket.',
  orderedBy: '[ticket] workflow',
  selects: true,
  defaultOrder: ['ConfigurableTicketWorkflow'],
});

/**
 * Adds fields to every ticket.
 *
 * Called: when a form is built; must be cheap. Combined: all; a repeated name loses to the earlier provider and is
 * reported. Ordered by: the field's `order`, then name. If it throws at the start: the component is left out; later: the fields it
 * gave last stand in, and administrators are told.
 */
export interface ITicketFieldProvider {
  getTicketFields(ctx: OperationContext): May<readonly FieldSpec[]>;
  /**
   * The fields it would provide if trac.ini said what `settings` say, and what is wrong with that; asked by the panel that
   * edits fields. Leave it out where the fields do not come from trac.ini.
   */
  draftTicketFields?(settings: Settings): { readonly specs: readonly FieldSpec[]; readonly diagnoses: readonly Diagnosis[] };
}
export const ITicketFieldProvider = extensionPoint<ITicketFieldProvider>('ITicketFieldProvider', {
  doc: 'Adds fields to every ticket.',
});

export type * from './field-type.ts';

/** Adds field types. Combined: all, a repeated name is an error. */
export interface ITicketFieldTypeProvider {
  // biome-ignore lint/suspicious/noExplicitAny: variance: types of any value stand in one list
  getFieldTypes(): readonly FieldType<any>[];
}
export const ITicketFieldTypeProvider = extensionPoint<ITicketFieldTypeProvider>('ITicketFieldTypeProvider', {
  doc: 'Adds field types.',
});

/**
 * Adjusts the form before anyone sees it, and judges what comes back. It may refuse; it changes nothing else.
 *
 * Called: `prepareTicket` when a form is built, the others for preview and submission, on creation too. Combined: all
 * problems are collected. Ordered by: `[ticket] manipulators`. If `prepareTicket` throws: the form is shown all the same and
 * administrators are told, and whatever is sent is refused. If another throws: the request fails.
 */
export interface ITicketManipulator {
  /**
   * A value set here on a field of a new ticket is its default and is stored, typed or not. `submission`: what this form is
   * about to judge; undefined: nothing was sent yet.
   */
  prepareTicket?(ctx: TicketContext, form: TicketForm, submission?: Submission): May<void>;
  validateTicket?(ctx: TicketContext, change: TicketChange): Iterable<Problem> | AsyncIterable<Problem>;
  /** Asked when there is a comment: typed, or added by the action. */
  validateComment?(ctx: TicketContext, comment: string): Iterable<Problem> | AsyncIterable<Problem>;
}
export const ITicketManipulator = extensionPoint<ITicketManipulator>('ITicketManipulator', {
  doc: 'Adjusts the form; validates a change.',
  orderedBy: '[ticket] manipulators',
});

/**
 * Hears what happened, inside the transaction: too late to refuse. For what must not delay or undo the change, use
 * `ctx.afterCommit`. A listener that changes tickets itself calls `ITicketService.apply` with the context it was given: then
 * `ctx.causes` grows, and changes that set each other off without end are stopped.
 *
 * Called: after the change is stored. Combined: all. Ordered by: nothing. If it throws: the whole change is undone.
 */
export interface ITicketChangeListener {
  ticketCreated?(ctx: TicketContext, change: TicketChange): May<void>;
  ticketChanged?(ctx: TicketContext, change: TicketChange): May<void>;
  /** `ctx.ticket` is the ticket as it was. */
  ticketDeleted?(ctx: TicketContext): May<void>;
  /** Hears of a value replaced in many tickets, some hundreds at a time. Without it `ticketChanged` is called for each of them. */
  valueReplaced?(ctx: OperationContext, replacement: ValueReplacement & { readonly tickets: readonly number[] }): May<void>;
  /** `number`: the comment's; the texts are the former and the new one. */
  commentEdited?(ctx: TicketContext, number: number, before: string, after: string): May<void>;
  /** The text of that comment is gone for good: forget what was made of it. */
  commentDeleted?(ctx: TicketContext, number: number): May<void>;
}
export const ITicketChangeListener = extensionPoint<ITicketChangeListener>('ITicketChangeListener', {
  doc: 'Hears of every ticket change.',
});

/**
 * Adds kinds of notes to the history (`ChangeNote`), each with the permission needed to read it. Combined: all. Called: for
 * each history; must be cheap. If it throws: the request fails.
 */
export interface ITicketNoteProvider {
  getNoteKinds(): readonly NoteKind[];
}
export const ITicketNoteProvider = extensionPoint<ITicketNoteProvider>('ITicketNoteProvider', {
  doc: 'Adds kinds of notes to the history of tickets.',
});

/** Files, changes and deletes tickets: the one door. */
export interface ITicketService {
  /** Loads a ticket that `ctx.user` may view; throws `NotFoundError` or `PermissionError`. */
  open(ctx: OperationContext, id: number): Promise<TicketContext>;
  /** Those of the tickets that the person may view, as the ids are ordered; for lists, in one query for some hundreds. Locks nothing. */
  openAll(ctx: OperationContext, ids: readonly number[]): Promise<readonly TicketContext[]>;
  /** The context of a ticket that does not exist yet. */
  draft(ctx: OperationContext): Promise<TicketContext>;
  /** What this user may see and do on this ticket; `submission` is handed to `prepareTicket` and not judged. */
  form(ctx: TicketContext, submission?: Submission): Promise<TicketForm>;
  /** Runs every step but storing. */
  preview(ctx: OperationContext, id: number | undefined, submission: Submission): Promise<Applied>;
  /** Files (`id` undefined) or changes a ticket. Needs a writing transaction. */
  apply(ctx: OperationContext, id: number | undefined, submission: Submission): Promise<Applied>;
  /**
   * Writes into the history what happened to something that belongs to the ticket, e.g. that a file was deleted, and tells the
   * listeners of a change. No field changes this way, so it is no second door: it judges nothing, and asks no permission, since
   * whoever calls it did for what it tells. Needs a writing transaction. Together with an edit, use `TicketForm.notes`.
   */
  note(ctx: TicketContext, notes: readonly ChangeNote[], action: string): Promise<void>;
  /** Removes the ticket with its history. Needs a writing transaction; asks no permission: the action that calls it did. */
  delete(ctx: TicketContext): Promise<void>;
  /**
   * Oldest first, without fields and comments that the person may not see: of a change of which nothing is left there is no
   * entry. Ask for a window: a ticket may have thousands of changes.
   */
  history(ctx: TicketContext, window?: HistoryWindow): Promise<readonly HistoryEntry[]>;
  /** Every text that a comment had, oldest first; throws `NotFoundError` for one that the person may not read, or that is deleted. */
  commentRevisions(ctx: TicketContext, number: number): Promise<readonly CommentRevision[]>;
  /** What happened to all tickets that the person may view, newest first; `next` is where to go on, undefined at the end. */
  recentChanges(
    ctx: OperationContext,
    query: RecentChangesQuery,
  ): Promise<{ readonly changes: readonly RecentChange[]; readonly next: string | undefined }>;
  /**
   * Replaces the text of a comment, of one's own or with TICKET_EDIT_COMMENT, and keeps the former one. Needs a writing
   * transaction; problems refuse it. `basedOn`: the version of the text that was edited (`CommentRevision`); a newer one
   * in store refuses it.
   */
  editComment(ctx: TicketContext, number: number, text: string, basedOn?: number): Promise<readonly Problem[]>;
  /**
   * Takes a comment away with all its former texts; who did it stays on record, as do the fields that changed with it. Needs
   * TICKET_ADMIN and a writing transaction.
   */
  deleteComment(ctx: TicketContext, number: number): Promise<void>;
  /**
   * Puts another value in the place of one, in every ticket that has it, with history and listeners; returns in how many.
   * For vocabularies whose values are renamed or deleted: it is no edit, so it judges nothing and asks no permission.
   */
  replaceValue(ctx: OperationContext, replacement: ValueReplacement): Promise<number>;
}
export const ITicketService = service<ITicketService>('ITicketService', { doc: 'Files, changes and deletes tickets.' });

/** The ticket's fields without a ticket: for checks, queries and command line. */
export interface ITicketFields {
  /** Every field that is defined now, in display order, with attributes as defined (no person's rights applied). */
  all(ctx: OperationContext): Promise<readonly Field[]>;
  /**
   * Those of them that the person may see: of `ticket`, or without one, of any ticket at all. Every list, export and answer
   * to a program takes its fields from here, or from a form.
   */
  visible(ctx: OperationContext, ticket?: Ticket): Promise<readonly Field[]>;
  type(name: string): FieldType;
  /** Every field as another trac.ini would have it, as `all` gives them, with what is wrong in what that says of fields. */
  draft(
    ctx: OperationContext,
    settings: Settings,
  ): Promise<{ readonly fields: readonly Field[]; readonly diagnoses: readonly Diagnosis[] }>;
}
export const ITicketFields = service<ITicketFields>('ITicketFields', { doc: 'Knows every ticket field and field type.' });

/** A ticket being written, as far as it is: any of it may be empty. */
export interface TicketDraft {
  readonly summary: string;
  readonly description: string;
  /** All that is known of it by field name, typed; only the two texts while a summary is being typed. */
  readonly values: Values;
}

/** A stored ticket that may say the same as a draft. */
export interface SimilarTicket {
  readonly id: number;
  /** 0 (nothing in common) to 1 (the same words). Comparable between the hits of one answer, not between detectors. */
  readonly score: number;
  /** Why, in a few words for the person who files; made from what the draft says, never from what only the ticket says. */
  readonly reason: string;
}

/**
 * Finds tickets that a draft may duplicate. A service: to enable another detector, disable the default in `[components]`.
 *
 * Called: in a preview of a new ticket and while a summary is typed, with a context that only reads. Answers best first, at
 * most `limit` (more than will be shown), never the same ticket twice. Who may view which hit is the caller's question: it
 * opens each ticket before it shows one. An answer that takes longer than `[similarity] patience` is not waited for, so
 * do nothing that holds up the process. If it throws: the log says so and nothing is offered; filing is never held up.
 */
export interface ITicketSimilarityDetector {
  findSimilar(ctx: OperationContext, draft: TicketDraft, limit: number): Promise<readonly SimilarTicket[]>;
}
export const ITicketSimilarityDetector = service<ITicketSimilarityDetector>('ITicketSimilarityDetector', {
  doc: 'Finds tickets that a draft may duplicate.',
});
