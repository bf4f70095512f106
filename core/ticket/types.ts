import type { OperationContext, Via } from '../security/context.ts';
import type { Predicate } from './predicate.ts';

export type May<T> = T | Promise<T>;
export type Values = Readonly<Record<string, unknown>>;

/** A ticket as stored. Empty values are `''`, never null; times are Dates. */
export interface Ticket {
  readonly id: number | undefined;
  readonly exists: boolean;
  readonly values: Values;
  /** Grows by one with each stored change; 0 for a new ticket. */
  readonly version: number;
  /** What the description is written in; undefined for a new ticket. */
  readonly descriptionFormat?: string | undefined;
}

/** An operation on one ticket. */
export interface TicketContext extends OperationContext {
  /** As stored, before this change. */
  readonly ticket: Ticket;
}

/** Options that stand together under a heading. */
export interface OptionGroup {
  readonly label: string;
  readonly options: readonly string[];
}

/** What a provider writes down about a field; the form fills in the rest. */
export interface FieldSpec {
  readonly name: string;
  /** A registered field type. */
  readonly type: string;
  readonly label?: string;
  /** Default value, as the type parses it. */
  readonly value?: unknown;
  readonly options?: readonly string[];
  /** What people read instead of the bare option. */
  readonly optionLabels?: Readonly<Record<string, string>>;
  /** Headings among the options of a `select`; an option that is in no group stands before them. Says nothing of what is valid. */
  readonly optionGroups?: readonly OptionGroup[];
  /** A choice may be left empty. */
  readonly optional?: boolean;
  readonly order?: number;
  /** Shown in the ticket's summary. */
  readonly visible?: boolean;
  /** The contrary of `visible`, which counts where both are given. */
  readonly hidden?: boolean;
  /** Offered in the form; follows `visible` unless said otherwise. `visible: false, editable: true`: in the form alone. */
  readonly editable?: boolean;
  /** Shown in the form, not accepted from it. */
  readonly disabled?: boolean;
  readonly required?: boolean;
  readonly fullrow?: boolean;
  readonly plaintext?: boolean;
  /** Tooltip. Also what problems call an action's input, whose label may be a mere word of a sentence, such as “as”. */
  readonly title?: string;
  readonly help?: string;
  /** Heading of the fieldset that it stands in; fields of one group stand together, where the first of them does. */
  readonly group?: string;
  /** A condition (see `parsePredicate`): while it does not hold, the field is neither shown nor accepted nor required. */
  readonly visibleIf?: string;
  /** While it holds, the field is required. */
  readonly requiredIf?: string;
  /** While it does not hold, the field is disabled. */
  readonly editableIf?: string;
  /** `plain`, `wiki`, `reference`, `list` for texts; `relative`, `date`, `datetime` for times. */
  readonly format?: string;
  readonly size?: number;
  readonly rows?: number;
  readonly cols?: number;
  /** Characters at most. */
  readonly maxSize?: number;
  /** Name of the form control; default `field_<name>`, and `action_<action>_<name>` for an action's input. */
  readonly control?: string;
  /** Trac's `ticketlink_query`: where a link on the value leads. */
  readonly ticketlinkQuery?: string;
  /** Who may edit it on an existing ticket: permissions, all needed, separated by commas. Default `TICKET_CHGPROP`. */
  readonly editPermission?: string;
  /** What is needed beyond `TICKET_CREATE` to set it on a new ticket. */
  readonly createPermission?: string;
  /** Puts a text into its stored form, e.g. `a;b` to `a, b`. */
  normalise?(text: string): string;
  /** Type-specific attributes of third-party types, as written. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A field as this form shows it; manipulators may change it. */
export interface Field {
  readonly name: string;
  type: string;
  readonly control: string;
  /** Component that provides it. */
  readonly source: string;
  readonly custom: boolean;
  label: string;
  /** What the form shows: the stored value, the default of a new ticket, or what a preview was sent. */
  value: unknown;
  options: string[];
  optionLabels: Record<string, string>;
  /** May name options that are no longer offered: those are left out when it is drawn. */
  optionGroups: readonly OptionGroup[];
  optional: boolean;
  order: number;
  visible: boolean;
  editable: boolean;
  disabled: boolean;
  required: boolean;
  fullrow: boolean;
  plaintext: boolean;
  title: string;
  help: string;
  group: string;
  /** Evaluated when the form is built and again with what was sent; a field that is required or disabled anyway has none. */
  visibleIf: Predicate | undefined;
  requiredIf: Predicate | undefined;
  editableIf: Predicate | undefined;
  /** False while its `visibleIf` does not hold. */
  applies: boolean;
  /** Neither shown nor offered to anybody: a program keeps something there. */
  readonly internal: boolean;
  format: string;
  size: number | undefined;
  rows: number | undefined;
  cols: number | undefined;
  maxSize: number | undefined;
  ticketlinkQuery: string | undefined;
  editPermission: string | undefined;
  createPermission: string | undefined;
  readonly normalise: ((text: string) => string) | undefined;
  attributes: Readonly<Record<string, string>>;
  /** Judges a new value beyond what the type does, for this person on this ticket; a sentence refuses it. */
  accept: ((value: unknown) => string | undefined) | undefined;
}

/** An action knows what it changes and what it does, so nobody asks a second time whose action it is. */
export interface ActionSpec {
  readonly name: string;
  readonly label?: string;
  /** What will happen, in a sentence. */
  readonly hint?: string;
  /** Highest first (equal weights: by name, backwards, as Trac does); the first action offered is preselected. Default 0. */
  readonly weight?: number;
  /** Fields the action asks for: declared, not HTML, so other plugins, the API and the CLI can read and edit them. */
  readonly inputs?: readonly FieldSpec[];
  /** Field changes it makes. Pure: previews call it too. `after` holds the ticket's values with the person's edits. */
  changes?(inputs: Values, after: Values): Values;
  /** Judges its own input. */
  problems?(inputs: Values, after: Values): Iterable<Problem>;
  /** Text added to the comment. */
  comment?(inputs: Values): string;
  /** A question to confirm first. */
  readonly confirm?: string;
  /** Whoever is offered this action on a new ticket may file with it, without TICKET_CREATE too. */
  readonly grantsCreate?: boolean;
  /** What it asks or forbids could not be found out: it is shown, and refused, whoever else offers it too. */
  readonly failed?: boolean;
  /** `gone`: nothing is stored and only `ticketDeleted` is heard. */
  readonly outcome?: 'stay' | 'gone' | { readonly redirect: string };
  /** Runs after the change is stored, inside its transaction. */
  sideEffect?(): May<void>;
}

/** One action as the form offers it; several controllers may stand behind it. */
export interface Offer {
  readonly name: string;
  label: string;
  hints: string[];
  weight: number;
  confirm: string | undefined;
  readonly inputs: Map<string, Field>;
  /** One entry a controller, in their order. */
  readonly specs: readonly { readonly source: string; readonly spec: ActionSpec }[];
}

/** What this user may see and do on this ticket now. Whatever the form does not offer, the service refuses. */
export interface TicketForm {
  /** In display order. */
  readonly fields: Map<string, Field>;
  /** In display order; the first is the default. */
  readonly actions: ReadonlyMap<string, Offer>;
  /** May a comment be added? */
  mayComment: boolean;
  /** May it be one that only holders of TICKET_VIEW_INTERNAL read? */
  mayCommentInternally: boolean;
  /** What the history is to tell of this submission beside fields and comment; manipulators add to it (`prepareTicket`). */
  readonly notes: ChangeNote[];
  input(action: string, input: string): Field | undefined;
  /** Adds an action, or stacks on the one of that name. */
  offer(action: ActionSpec): void;
  withdraw(action: string): void;
  /** The component that failed and may have a say in the action, so that nothing is stored; without an action: in all of them. */
  blockedBy(action?: string): string | undefined;
}

/**
 * What the history tells of a ticket beside its fields, e.g. that a file was attached. The ticket itself does not change by
 * it; whoever adds the note stores what it speaks of, in the same transaction, when listeners are told.
 */
export interface ChangeNote {
  /** A registered kind (`ITicketNoteProvider`). */
  readonly kind: string;
  /** What went; `''`: nothing. */
  readonly old: string;
  /** What came; `''`: nothing. */
  readonly new: string;
  /** Why it cannot be: refuses the submission. */
  readonly problem?: string | undefined;
}

/** A kind of notes. */
export interface NoteKind {
  /** As in `ChangeNote.kind`, and the realm that the permission is asked about, with the ticket as its parent. No field's name. */
  readonly name: string;
  /** Needed to read notes of this kind. */
  readonly permission: string;
}

/** A change that is about to be stored, or has been. */
export interface TicketChange {
  /** What happened beside fields and comment; whoever tells others of it asks `NoteKind.permission` for each reader. */
  readonly notes: readonly ChangeNote[];
  readonly before: Values;
  readonly after: Values;
  readonly changed: ReadonlySet<string>;
  readonly comment: string;
  /** Comment number, or `description`, that the comment answers. */
  readonly replyTo: string | undefined;
  /** Only holders of TICKET_VIEW_INTERNAL may read the comment: ask before it leaves, in whatever form. The fields are everybody's. */
  readonly internal: boolean;
  /** What comment and description are written in; see `ITexts`. */
  readonly format: string;
  readonly action: string;
  /** The number of this change once it is stored; a created ticket's is 0. */
  readonly number: number | undefined;
  /** Who: the user, or the name an anonymous person gave. */
  readonly author: string;
  /** The door it came through. */
  readonly via: Via;
  /** The changes that led to this one, outermost first; empty: somebody asked for it. See `OperationContext.causes`. */
  readonly causes: readonly string[];
}

/** A value that another one replaces in every ticket that has it, e.g. because a component was renamed. */
export interface ValueReplacement {
  /** A field that draws on a vocabulary, or keywords. */
  readonly field: string;
  /** The whole value of the field, never empty. */
  readonly from: string;
  /** `''`: the field becomes empty. */
  readonly to: string;
  /** What the history calls it: `rename component`. */
  readonly action: string;
  /** The comment that the history of each ticket gets. */
  readonly comment: string;
  /** Leaves closed tickets as they are. */
  readonly openOnly?: boolean | undefined;
}

/** Something a person can put right. `field` is a field's or an input's control name; absent: it concerns the whole. */
export interface Problem {
  readonly field?: string;
  readonly message: string;
}

/** One request to file or change a ticket; web, API, CLI, mail and jobs all send this. */
export interface Submission {
  /** Default: the form's first action, for a new ticket; required for an existing one. */
  readonly action?: string | undefined;
  /** The action's inputs, by input name or control name; an absent one takes the form's default. */
  readonly inputs?: Values | undefined;
  /** Fields by name: submitted text, lists of text, or values as `Ticket.values` holds them. */
  readonly fields?: Values | undefined;
  readonly comment?: string | undefined;
  readonly replyTo?: string | undefined;
  /** The comment is for holders of TICKET_VIEW_INTERNAL alone; so is any answer to such a comment. What it changes, everybody sees. */
  readonly internal?: boolean | undefined;
  /** The ticket's version this submission was made from; a newer one in store refuses it. Absent: not checked. */
  readonly basedOn?: number | undefined;
  /** Tokens of uploaded files to attach (`IAttachments.upload`). */
  readonly attachments?: readonly string[] | undefined;
  /** Name or e-mail address of a person without an account. */
  readonly author?: string | undefined;
  /** False: an action that has a question to confirm is refused with it, at `confirmed`. Absent: whoever sends it means it. */
  readonly confirmed?: boolean | undefined;
}

export type TicketOutcome = 'stay' | 'gone' | { readonly redirect: string };

/** What became of a submission. With problems nothing is stored and `form` holds what was sent. */
export interface Applied {
  readonly ok: boolean;
  readonly id: number | undefined;
  readonly problems: readonly Problem[];
  /** Things worth saying that refuse nothing. */
  readonly warnings: readonly Problem[];
  readonly form: TicketForm;
  readonly ticket: Ticket;
  /** What was stored, or would be (preview); undefined when nothing changes. */
  readonly change: TicketChange | undefined;
  readonly outcome: TicketOutcome;
  /** The stored version was not the one this was based on. */
  readonly collision: boolean;
}

/** One stored change as people read it: number, fields and comment together. */
export interface HistoryEntry {
  readonly number: number;
  /** Comment number or `description` that this one answers. */
  readonly replyTo: string;
  /** Numbers of the comments that answer this one, as far as the person may read them. */
  readonly replies: readonly number[];
  readonly author: string;
  readonly time: Date;
  readonly via: string;
  readonly action: string;
  /** `''`: none, deleted, or not for this person to read. */
  readonly comment: string;
  /** What the comment is written in. */
  readonly format: string;
  /** Only holders of TICKET_VIEW_INTERNAL see this of the entry; for others it reads as a change without a comment. */
  readonly internal: boolean;
  /** Who took the comment away; its text is nowhere any more. */
  readonly deleted: { readonly by: string; readonly time: Date } | undefined;
  /** The last edit of the comment, and how many there were. */
  readonly edited: { readonly by: string; readonly time: Date; readonly revisions: number } | undefined;
  /** Stored texts. `note`: no field, but notes of that kind, one a line; `describeNote` takes them apart. */
  readonly fields: readonly { readonly field: string; readonly old: string; readonly new: string; readonly note?: boolean }[];
}

/**
 * A part of a ticket's history. `since`: what was stored after the ticket had that version. `last`: the newest ones. `numbers`:
 * from one number to another, both included.
 */
export type HistoryWindow =
  | { readonly since: number }
  | { readonly last: number }
  | { readonly numbers: readonly [from: number, to: number] };

/** One text of a comment: the first is what was stored with the change, the last is what stands there now. */
export interface CommentRevision {
  /** Counts from 0, as in Trac's `cversion`. */
  readonly version: number;
  readonly author: string;
  readonly time: Date;
  readonly text: string;
}

/** What to look for among the changes of all tickets. */
export interface RecentChangesQuery {
  /** The name that the history has. */
  readonly author?: string | undefined;
  /** Default: all. `created`: filed tickets; `commented`: with a comment; `changed`: with changed fields. */
  readonly kinds?: readonly ChangeKind[] | undefined;
  /** At most so many; fewer do not mean that there are no more. */
  readonly limit: number;
  /** `next` of the answer before. */
  readonly after?: string | undefined;
}
export type ChangeKind = 'created' | 'commented' | 'changed';

/** One change of some ticket. */
export interface RecentChange {
  /** On the ticket as it is now. */
  readonly ctx: TicketContext;
  readonly time: Date;
  readonly author: string;
  /** Undefined: the ticket was filed. */
  readonly entry: HistoryEntry | undefined;
}
