import { component } from '../kernel/component.ts';
import { PermissionError, TracError } from '../kernel/errors.ts';
import { option } from '../kernel/option.ts';
import { IRegistry, ISiteHealth } from '../kernel/registry.ts';
import type { OperationContext } from '../security/context.ts';
import { IPermissionService } from '../security/extension-points.ts';
import { ITexts } from '../text/extension-points.ts';
import { causedBy, heardBy } from './causes.ts';
import { mayViewInternal } from './comment-rights.ts';
import { settleForm } from './conditions.ts';
import { commentRevisions, deleteComment, editComment } from './edit-comment.ts';
import {
  ITicketActionController,
  ITicketChangeListener,
  ITicketFields,
  ITicketManipulator,
  ITicketNoteProvider,
  ITicketService,
} from './extension-points.ts';
import { applyFieldPolicies } from './field-rights.ts';
import { copyField, FormDraft } from './form.ts';
import { addEntry, loadHistory } from './history.ts';
import { type Judgement, judge } from './judge.ts';
import { KeptHistories } from './kept-histories.ts';
import { draftTicket, onTicket, openTicket, openTickets } from './load.ts';
import { type HistoryRights, noteChange, rowsOf, visibleHistory } from './notes.ts';
import { Offers } from './offers.ts';
import { findRecent } from './recent.ts';
import { replaceEverywhere } from './replace.ts';
import { applyRights, nameFault } from './rights.ts';
import { deleteTicket, insertTicket, touchTicket, updateTicket } from './store.ts';
import { textFor } from './submission.ts';
import type {
  Applied,
  ChangeNote,
  CommentRevision,
  HistoryEntry,
  HistoryWindow,
  Offer,
  Problem,
  RecentChangesQuery,
  Submission,
  TicketChange,
  TicketContext,
  TicketOutcome,
  ValueReplacement,
} from './types.ts';
import { isEmpty } from './values.ts';

/** The one door: nothing else creates or changes a ticket. */
export const TicketSystem = component({
  doc: 'Files, changes and deletes tickets.',
  implements: [ITicketService],
  uses: {
    fields: ITicketFields,
    controllers: ITicketActionController,
    manipulators: ITicketManipulator,
    listeners: ITicketChangeListener,
    notes: ITicketNoteProvider,
    permissions: IPermissionService,
    registry: IRegistry,
    health: ISiteHealth,
    texts: ITexts,
  },
  permissions: { TICKET_VIEW_INTERNAL: 'Read and write internal comments.' },
  includes: { TICKET_ADMIN: ['TICKET_VIEW_INTERNAL'] },
  options: {
    maxComment: option.int('ticket', 'max_comment_size', 262144, 'Characters a comment may have; 0 for any number.'),
  },
  create: (needs) => new Tickets(needs),
});

interface Needs {
  readonly fields: ITicketFields;
  readonly controllers: Iterable<ITicketActionController>;
  readonly manipulators: Iterable<ITicketManipulator>;
  readonly listeners: Iterable<ITicketChangeListener>;
  readonly notes: Iterable<ITicketNoteProvider>;
  readonly permissions: IPermissionService;
  readonly registry: IRegistry;
  readonly health: ISiteHealth;
  readonly texts: ITexts;
  readonly options: { readonly maxComment: number };
}

interface Stored {
  readonly id: number;
  readonly change: TicketChange;
}

class Tickets implements ITicketService {
  readonly #needs: Needs;
  readonly #histories = new KeptHistories();
  readonly #offers: Offers;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#offers = new Offers(needs);
  }

  /** What new texts are written in. */
  get #format(): string {
    return this.#needs.texts.current;
  }

  async open(ctx: OperationContext, id: number): Promise<TicketContext> {
    const { fields } = this.#needs;
    return openTicket(ctx, id, await fields.all(ctx), fields.type);
  }

  async openAll(ctx: OperationContext, ids: readonly number[]): Promise<readonly TicketContext[]> {
    const { fields } = this.#needs;
    return openTickets(ctx, ids, await fields.all(ctx), fields.type);
  }

  async draft(ctx: OperationContext): Promise<TicketContext> {
    const { fields } = this.#needs;
    const draft = onTicket(ctx, draftTicket(ctx, await fields.all(ctx), fields.type));
    if (!draft.can('TICKET_CREATE') && !(await this.#offers.letsIn(draft)))
      throw new PermissionError('TICKET_CREATE', 'file a ticket');
    return draft;
  }

  /** Fields, rights, actions, manipulators, then conditions: what this person may do. */
  async form(ctx: TicketContext, submission?: Submission): Promise<FormDraft> {
    const { fields, permissions } = this.#needs;
    const form = new FormDraft((await fields.all(ctx)).map(copyField));
    for (const field of form.fields.values()) field.value = ctx.ticket.values[field.name] ?? '';
    applyRights(ctx, form.fields.values());
    this.#nameReporter(ctx, form);
    if (permissions.judgesFields()) form.hideFields((visible) => applyFieldPolicies(ctx, visible, ctx.ticket));
    form.mayComment = ctx.ticket.exists && ctx.can('TICKET_APPEND');
    form.mayCommentInternally = form.mayComment && mayViewInternal(ctx);
    await this.#offerActions(ctx, form, submission);
    settleForm(ctx, form, fields.type);
    return form;
  }

  async preview(ctx: OperationContext, id: number | undefined, submission: Submission): Promise<Applied> {
    const ticketCtx = await this.#context(ctx, id, submission);
    const form = await this.form(ticketCtx, submission);
    const judgement = await this.#judge(ticketCtx, form, submission);
    return this.#answer(ticketCtx, form, judgement, outcomeOf(judgement));
  }

  async apply(ctx: OperationContext, id: number | undefined, submission: Submission): Promise<Applied> {
    if (!ctx.writable) throw new TracError('TICKETS', 'ITicketService.apply needs a writing transaction: use IContexts.write.');
    const ticketCtx = await this.#context(ctx, id, submission);
    const form = await this.form(ticketCtx, submission);
    const judgement = await this.#judge(ticketCtx, form, submission);
    const outcome = outcomeOf(judgement);
    const question = submission.confirmed === false && judgement.problems.length === 0 ? judgement.offer?.confirm : undefined;
    const problems = question === undefined ? judgement.problems : [{ field: 'confirmed', message: question }];
    if (problems.length > 0) return this.#answer(ticketCtx, form, { ...judgement, problems }, outcome);
    const stored = outcome === 'gone' ? undefined : await this.#store(ticketCtx, form, judgement.change);
    await this.#runEffects(judgement, stored !== undefined);
    if (!stored) return { ...this.#answer(ticketCtx, form, judgement, outcome), change: undefined };
    const { change } = stored;
    const after = onTicket(ticketCtx, {
      id: stored.id,
      exists: true,
      values: change.after,
      version: ticketCtx.ticket.version + 1,
      descriptionFormat: formatAfter(ticketCtx, change),
    });
    await this.#tell(after, change, ticketCtx.ticket.exists);
    return { ...this.#answer(after, form, judgement, outcome), change };
  }

  async delete(ctx: TicketContext): Promise<void> {
    if (ctx.ticket.id === undefined) throw new TracError('TICKETS', 'A ticket that was never stored cannot be deleted.');
    const { listeners, registry } = this.#needs;
    const next = causedBy(ctx, `#${ctx.ticket.id} deleted`);
    await deleteTicket(ctx.db, ctx.ticket.id);
    for (const listener of listeners) await listener.ticketDeleted?.(heardBy(next, registry.idOf(listener)));
    ctx.log.info('ticket deleted', { id: ctx.ticket.id, via: ctx.via, user: ctx.user.name });
  }

  async note(outer: TicketContext, notes: readonly ChangeNote[], action: string): Promise<void> {
    const { ticket } = outer;
    if (!outer.writable) throw new TracError('TICKETS', 'ITicketService.note needs a writing transaction: use IContexts.write.');
    if (ticket.id === undefined) throw new TracError('TICKETS', 'A ticket that was never stored has no history.');
    const ctx = causedBy(outer, `#${ticket.id} ${action}`);
    const change = noteChange(ctx, notes, action, this.#format);
    const stored = await this.#storeNotes(ctx, ticket.id, change);
    await this.#tell(onTicket(ctx, { ...ticket, version: ticket.version + 1 }), stored, true);
  }

  async history(ctx: TicketContext, window?: HistoryWindow): Promise<readonly HistoryEntry[]> {
    if (ctx.ticket.id === undefined) return [];
    const range = window && 'since' in window ? { last: ctx.ticket.version - window.since } : window;
    if (range && 'last' in range && !(range.last > 0)) return [];
    const { id } = ctx.ticket;
    const scope = { range, readsInternal: mayViewInternal(ctx) };
    const load = (): Promise<readonly HistoryEntry[]> => loadHistory(ctx.db, id, scope);
    const history = ctx.writable ? await load() : await this.#histories.of(ctx.ticket, scope, load);
    return visibleHistory(ctx, history, ctx.ticket, this.#historyRights());
  }

  commentRevisions(ctx: TicketContext, number: number): Promise<readonly CommentRevision[]> {
    return commentRevisions(ctx, number);
  }

  recentChanges(ctx: OperationContext, query: RecentChangesQuery): ReturnType<ITicketService['recentChanges']> {
    return findRecent(ctx, query, { openAll: (ids) => this.openAll(ctx, ids), ...this.#historyRights() });
  }

  async replaceValue(ctx: OperationContext, replacement: ValueReplacement): Promise<number> {
    const { fields, listeners, registry } = this.#needs;
    const idOf = (listener: object): string => registry.idOf(listener);
    return replaceEverywhere(ctx, replacement, {
      fields: await fields.all(ctx),
      typeOf: fields.type,
      listeners,
      idOf,
      format: this.#format,
    });
  }

  async editComment(ctx: TicketContext, number: number, text: string, basedOn?: number): Promise<readonly Problem[]> {
    const { manipulators, listeners, registry, options } = this.#needs;
    const idOf = (listener: object): string => registry.idOf(listener);
    return editComment(
      ctx,
      { number, text, basedOn },
      { manipulators, listeners, idOf, touch: touchTicket, maxComment: options.maxComment },
    );
  }

  async deleteComment(ctx: TicketContext, number: number): Promise<void> {
    const { listeners, registry } = this.#needs;
    await deleteComment(ctx, number, { listeners, idOf: (listener) => registry.idOf(listener), touch: touchTicket });
  }

  /** Somebody without TICKET_CREATE keeps only what files without it. */
  async #offerActions(ctx: TicketContext, form: FormDraft, submission?: Submission): Promise<void> {
    await this.#offers.add(ctx, form, submission);
    const offers = [...form.actions.values()];
    if (ctx.ticket.exists || !offers.some(grantsCreate) || ctx.can('TICKET_CREATE')) return;
    for (const offer of offers) if (!grantsCreate(offer)) form.withdraw(offer.name);
  }

  /** Everything that follows, side effects of actions and listeners included, has this submission among its causes. */
  #context(ctx: OperationContext, id: number | undefined, { action }: Submission): Promise<TicketContext> {
    const next = causedBy(ctx, id === undefined ? 'new ticket' : `#${id} ${action ?? 'without an action'}`);
    return id === undefined ? this.draft(next) : this.open(next, id);
  }

  #judge(ctx: TicketContext, form: FormDraft, submission: Submission): Promise<Judgement> {
    const { manipulators, fields, options } = this.#needs;
    return judge(ctx, form, submission, {
      manipulators,
      refuse: (at, manipulator, error) => this.#offers.refuse(at, manipulator, error),
      typeOf: fields.type,
      maxComment: options.maxComment,
      format: this.#format,
    });
  }

  /** Whoever files it is the reporter; somebody without an account gives a name or an address (TF-15), but no account's. */
  #nameReporter(ctx: TicketContext, form: FormDraft): void {
    const reporter = form.fields.get('reporter');
    if (!reporter || ctx.ticket.exists) return;
    if (ctx.user.authenticated) reporter.value = ctx.user.name;
    else {
      reporter.editable = true;
      reporter.accept = (value) => nameFault(ctx, String(value));
    }
  }

  /** Writes ticket and history; undefined when there is nothing to write. */
  async #store(ctx: TicketContext, form: FormDraft, change: TicketChange): Promise<Stored | undefined> {
    const text = (name: string, value: unknown): string =>
      textFor(this.#needs.fields.type(form.definitions.get(name)?.type ?? 'text'), value);
    const { id, version } = ctx.ticket;
    if (id === undefined) return this.#insert(ctx, form, change, text);
    if (isEmptyChange(change)) return undefined;
    const names = [...change.changed];
    const fields = names.map((field) => ({
      field,
      old: text(field, change.before[field]),
      new: text(field, change.after[field]),
    }));
    const texts = new Map(fields.map((one) => [one.field, one.new]));
    await updateTicket(ctx.db, id, version + 1, texts, ctx.now, formatAfter(ctx, change));
    const { author, comment, format, internal, action, replyTo = '' } = change;
    const rows = [...fields, ...rowsOf(change.notes)];
    const entry = { author, via: ctx.via, action, comment, format, internal, replyTo, time: ctx.now, fields: rows };
    const number = await addEntry(ctx.db, id, entry);
    ctx.log.info('ticket changed', { id, number, action, via: ctx.via, user: ctx.user.name });
    return { id, change: { ...change, number, after: { ...change.after, changetime: ctx.now } } };
  }

  async #insert(
    ctx: TicketContext,
    form: FormDraft,
    change: TicketChange,
    text: (name: string, value: unknown) => string,
  ): Promise<Stored> {
    const texts = new Map<string, string>();
    for (const [name, value] of Object.entries(change.after)) {
      if (name === 'time' || name === 'changetime') continue;
      const stored = text(name, value);
      // An empty custom value is worth a row only where the field's default would come back on reading.
      if (stored !== '' || !form.definitions.get(name)?.custom || text(name, change.before[name]) !== '') texts.set(name, stored);
    }
    const id = await insertTicket(ctx.db, texts, ctx.now, change.format);
    // People write into the description; but the action a ticket is filed with may have something to say.
    const { author, comment, format, action } = change;
    const fields = rowsOf(change.notes);
    const said = { author, via: ctx.via, action, comment, format, internal: false, replyTo: '', time: ctx.now, fields };
    if (comment !== '' || fields.length > 0) await addEntry(ctx.db, id, said);
    ctx.log.info('ticket created', { id, action, via: ctx.via, user: ctx.user.name });
    return { id, change: { ...change, number: 0, after: { ...change.after, time: ctx.now, changetime: ctx.now } } };
  }

  /** An action that stores nothing runs its side effect only if that is all it is for (CH-04). */
  async #runEffects({ offer, change }: Judgement, stored: boolean): Promise<void> {
    for (const { spec } of offer?.specs ?? [])
      if (stored || !spec.changes || (spec.outcome ?? 'stay') !== 'stay' || change.changed.size > 0) await spec.sideEffect?.();
  }

  async #tell(ctx: TicketContext, change: TicketChange, existed: boolean): Promise<void> {
    const { listeners, registry } = this.#needs;
    for (const listener of listeners) {
      const heard = heardBy(ctx, registry.idOf(listener));
      await (existed ? listener.ticketChanged?.(heard, change) : listener.ticketCreated?.(heard, change));
    }
  }

  async #storeNotes(ctx: TicketContext, id: number, change: TicketChange): Promise<TicketChange> {
    const { author, action, format } = change;
    await updateTicket(ctx.db, id, ctx.ticket.version + 1, new Map(), ctx.now, format);
    const entry = { author, via: ctx.via, action, comment: '', format, internal: false, replyTo: '', time: ctx.now };
    const number = await addEntry(ctx.db, id, { ...entry, fields: rowsOf(change.notes) });
    ctx.log.info('ticket changed', { id, number, action, via: ctx.via, user: ctx.user.name });
    return { ...change, number, after: { ...change.after, changetime: ctx.now } };
  }

  #historyRights(): HistoryRights {
    const { permissions, notes } = this.#needs;
    return {
      judgesFields: permissions.judgesFields(),
      noteKinds: [...notes].flatMap((provider) => provider.getNoteKinds()),
    };
  }

  #answer(ctx: TicketContext, form: FormDraft, judgement: Judgement, outcome: TicketOutcome): Applied {
    const { problems, warnings, collision, change } = judgement;
    const effective = !isEmptyChange(change) || !ctx.ticket.exists ? change : undefined;
    return {
      ok: problems.length === 0,
      id: ctx.ticket.id,
      problems,
      warnings,
      form,
      ticket: ctx.ticket,
      change: effective,
      outcome,
      collision,
    };
  }
}

/** Nothing that the history would tell. */
const isEmptyChange = ({ changed, comment, notes }: TicketChange): boolean =>
  changed.size === 0 && comment === '' && notes.length === 0;

/** The first controller behind the action that wants something other than to stay decides. */
function outcomeOf({ offer }: Judgement): TicketOutcome {
  return offer?.specs.map(({ spec }) => spec.outcome ?? 'stay').find((outcome) => outcome !== 'stay') ?? 'stay';
}

/** What the description is written in once the change is stored. */
const formatAfter = ({ ticket }: TicketContext, { before, format }: TicketChange): string =>
  // Whoever mends a word of an old text does not write it anew in another language.
  ticket.exists && !isEmpty(before['description']) ? (ticket.descriptionFormat ?? format) : format;

const grantsCreate = ({ specs }: Offer): boolean => specs.some(({ spec }) => spec.grantsCreate);
