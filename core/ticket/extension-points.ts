import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext } from '../security/context.ts';
import type {
  ActionSpec,
  Applied,
  Field,
  FieldSpec,
  HistoryEntry,
  May,
  Problem,
  Submission,
  TicketChange,
  TicketContext,
  TicketForm,
} from './types.ts';

/**
 * Offers actions on a ticket. Controllers stack: several may offer the same action: the first label wins, weight is the
 * greatest, hints and inputs add up, changes merge, and two that set one field differently make the submission fail.
 *
 * Called: once for each form built. Combined: all. Ordered by: `[ticket] workflow`, which, when set, also selects.
 * If it throws: the request fails.
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
 * reported. Ordered by: the field's `order`, then name. If it throws: the request fails.
 */
export interface ITicketFieldProvider {
  getTicketFields(ctx: OperationContext): May<readonly FieldSpec[]>;
}
export const ITicketFieldProvider = extensionPoint<ITicketFieldProvider>('ITicketFieldProvider', {
  doc: 'Adds fields to every ticket.',
});

/** One kind of field: how its values are read, kept and shown. */
export interface FieldType<V = unknown> {
  readonly name: string;
  /** Template with the macros `edit(field)` and `show(field)`, relative to a template folder. */
  readonly template: string;
  /** Submitted text, or a value, to a value; throws `InvalidValueError` with a sentence for the person. */
  parse(raw: unknown, field: Field, ctx: OperationContext): May<V>;
  /** Text kept in database and history; `deserialise(serialise(v))` equals `v`. Empty text is stored as NULL. */
  serialise(value: V): string;
  deserialise(stored: string): V;
  /** The value of a new ticket from the field's default as written; throws like `parse`. Default: `parse`. */
  initial?(raw: unknown, field: Field, ctx: OperationContext): V;
  /** Plain text for people: mail, exports, history. Default: the serialised text. */
  display?(value: V, field: Field): string;
  /** Adds what the templates need to know beyond the field itself (e.g. linked tickets), as plain data. */
  present?(value: V, field: Field, ctx: OperationContext): May<Readonly<Record<string, unknown>>>;
}

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
 * problems are collected. Ordered by: `[ticket] manipulators`. If it throws: the request fails.
 */
export interface ITicketManipulator {
  prepareTicket?(ctx: TicketContext, form: TicketForm): May<void>;
  validateTicket?(ctx: TicketContext, change: TicketChange): Iterable<Problem> | AsyncIterable<Problem>;
  validateComment?(ctx: TicketContext, comment: string): Iterable<Problem>;
}
export const ITicketManipulator = extensionPoint<ITicketManipulator>('ITicketManipulator', {
  doc: 'Adjusts the form; validates a change.',
  orderedBy: '[ticket] manipulators',
});

/**
 * Hears what happened, inside the transaction: too late to refuse. For what must not delay or undo the change, use
 * `ctx.afterCommit`.
 *
 * Called: after the change is stored. Combined: all. Ordered by: nothing. If it throws: the whole change is undone.
 */
export interface ITicketChangeListener {
  ticketCreated?(ctx: TicketContext, change: TicketChange): May<void>;
  ticketChanged?(ctx: TicketContext, change: TicketChange): May<void>;
  ticketDeleted?(ctx: TicketContext): May<void>;
  commentEdited?(ctx: TicketContext, number: number, before: string, after: string): May<void>;
}
export const ITicketChangeListener = extensionPoint<ITicketChangeListener>('ITicketChangeListener', {
  doc: 'Hears of every ticket change.',
});

/** Files, changes and deletes tickets: the one door. */
export interface ITicketService {
  /** Loads a ticket that `ctx.user` may view; throws `NotFoundError` or `PermissionError`. */
  open(ctx: OperationContext, id: number): Promise<TicketContext>;
  /** The context of a ticket that does not exist yet. */
  draft(ctx: OperationContext): Promise<TicketContext>;
  /** What this user may see and do on this ticket. */
  form(ctx: TicketContext): Promise<TicketForm>;
  /** Runs every step but storing. */
  preview(ctx: OperationContext, id: number | undefined, submission: Submission): Promise<Applied>;
  /** Files (`id` undefined) or changes a ticket. Needs a writing transaction. */
  apply(ctx: OperationContext, id: number | undefined, submission: Submission): Promise<Applied>;
  /** Removes the ticket with its history. Needs a writing transaction; asks no permission: the action that calls it did. */
  delete(ctx: TicketContext): Promise<void>;
  history(ctx: TicketContext): Promise<readonly HistoryEntry[]>;
}
export const ITicketService = service<ITicketService>('ITicketService', { doc: 'Files, changes and deletes tickets.' });

/** The ticket's fields without a ticket: for checks, queries and command line. */
export interface ITicketFields {
  /** Every field that is defined now, in display order, with attributes as defined (no person's rights applied). */
  all(ctx: OperationContext): Promise<readonly Field[]>;
  type(name: string): FieldType;
}
export const ITicketFields = service<ITicketFields>('ITicketFields', { doc: 'Knows every ticket field and field type.' });
