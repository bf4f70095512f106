import {
  extensionPoint,
  type Field,
  type HistoryEntry,
  type May,
  type OperationContext,
  service,
  type TicketContext,
  type TicketForm,
  type Values,
  type View,
  type WebRequest,
} from 'tracts';
import type { FieldView, Viewer } from './field-view.ts';
import type { EntryView } from './history-view.ts';
import type { TicketView } from './presenter.ts';

export type { FieldView, Viewer } from './field-view.ts';
export type { EntryView } from './history-view.ts';

/**
 * A piece of the ticket page: `aside` beside the properties, `below` after the history; of a new ticket, above or below the
 * form. `tools`: small buttons and links beside the heading. `form`: inside the form, after the comment or the fields. `head`:
 * link and script elements. The last three are drawn without their title. Its template gets `panel.data`.
 */
export type Panel = View & {
  readonly title: string;
  /**
   * A macro of the template that draws the panel from `data` alone. That is cheaper than a template which is included and sees all
   * of the page; what the macro makes of frozen data is kept.
   */
  readonly macro?: string;
  readonly place: 'aside' | 'below' | 'tools' | 'form' | 'head';
  /** Of place `form`: has controls for files, so that the form must be sent in parts. */
  readonly multipart?: boolean;
  readonly order?: number;
  /** On the form of a new ticket: not seen until a script has something to show in it. */
  readonly hidden?: boolean;
};

/**
 * Adds panels to the page of a stored ticket and to the form of a new one.
 *
 * Called: for each such page. Combined: all. Ordered by: the panel's `order`. If it throws: its panels are left out; if
 * one cannot be drawn: a sentence stands in its place. Administrators are told of both.
 */
export interface ITicketPanelProvider {
  /** `form`: what the person may do, with the notes of a submission that was looked at or refused. */
  getTicketPanels?(ctx: TicketContext, form: TicketForm, viewer: Viewer): May<readonly Panel[]>;
  /** `typed`: what the form of the new ticket holds, by field name. In previews `ctx` only reads; a refused ticket's can write. */
  getNewTicketPanels?(ctx: TicketContext, typed: Values, form: TicketForm, viewer: Viewer): May<readonly Panel[]>;
}
export const ITicketPanelProvider = extensionPoint<ITicketPanelProvider>('ITicketPanelProvider', {
  doc: 'Adds panels to the ticket page.',
});

/** Makes of a field what templates need to draw it: `call_macro(view.template, 'edit', view)`, or `show` for the value alone. */
export interface IFieldViews {
  /** The field as on a new ticket, with its default; not on a ticket, so nobody's rights on one are asked. */
  view(ctx: OperationContext, request: WebRequest, field: Field): Promise<FieldView>;
}
export const IFieldViews = service<IFieldViews>('IFieldViews', { doc: 'Makes of a field what templates need to draw it.' });

/** What of a ticket is there to read. */
export type ReadOnlyTicketView = Pick<TicketView, 'id' | 'version' | 'heading' | 'status' | 'opened' | 'facts' | 'texts'>;

/** Makes of tickets and their history what templates need to draw them. */
export interface ITicketViews {
  /** The ticket as its page shows it above the history, with the values that `ctx.ticket` has: they may be of the past. */
  ticket(ctx: TicketContext, request: WebRequest): Promise<ReadOnlyTicketView>;
  /** Entries of its history for the macros `entry` and `entries` of `macros/history.njk`; those that show nothing are left out. */
  entries(ctx: TicketContext, request: WebRequest, history: readonly HistoryEntry[]): Promise<readonly EntryView[]>;
}
export const ITicketViews = service<ITicketViews>('ITicketViews', {
  doc: 'Makes of tickets and their history what templates need to draw them.',
});
