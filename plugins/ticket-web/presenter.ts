import {
  type Applied,
  BLOCKED_FORM,
  type HistoryEntry,
  type ITexts,
  isClosedStatus,
  type Offer,
  type Problem,
  plainHtml,
  type TicketContext,
  type TicketForm,
} from 'tracts';
import { appliesTo, viewConditionFacts, viewWhen } from './conditions-view.ts';
import { extrasOf, type FieldView, problemsByControl, type Viewer, viewField } from './field-view.ts';
import {
  type AuthorView,
  type ChangeView,
  type EntryView,
  shownEntries,
  viewAuthor,
  viewChange,
  viewEntries,
} from './history-view.ts';
import { keeper, keepList } from './kept-lists.ts';
import { isText, type TextBatch, textBatch, withLabels } from './page-texts.ts';
import { NO_WISH, type TimelineView, type TimelineWish, viewTimeline } from './timeline-view.ts';

/** One choice of what to do with the ticket. */
interface ActionView {
  readonly name: string;
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** A question to ask first; `''` for none. */
  readonly confirm: string;
  readonly chosen: boolean;
  readonly inputs: readonly FieldView[];
}

/** A line of the summary of problems; `target` is the id of the control concerned, `''` when none is on the page. */
interface ProblemView {
  readonly message: string;
  readonly target: string;
}

interface FieldGroup {
  /** `''`: the group without a heading. */
  readonly legend: string;
  /** None of its fields applies. */
  readonly hidden: boolean;
  readonly fields: readonly FieldView[];
}

/** What was typed beside the fields. */
export interface Typed {
  readonly action: string;
  readonly comment: string;
  readonly author: string;
  readonly replyTo: string;
  /** The comment is marked as internal, by the person or because it answers an internal one. */
  readonly internal: boolean;
}
export const nothingTyped: Typed = { action: '', comment: '', author: '', replyTo: '', internal: false };

interface PreviewView {
  readonly changes: readonly ChangeView[];
  readonly commentHtml: string;
  readonly warnings: readonly string[];
  /** Nothing would be stored. */
  readonly idle: boolean;
}

/** Everything a ticket page shows, as plain data; the API serves the same. */
export interface TicketView {
  readonly id: number;
  readonly exists: boolean;
  readonly version: number;
  readonly heading: string;
  readonly status: { readonly name: string; readonly closed: boolean; readonly note: string };
  readonly opened: { readonly time: Date; readonly by: AuthorView | null } | null;
  readonly changed: Date | null;
  /** Short values, for the box of properties. */
  readonly facts: readonly FieldView[];
  /** Values that take a row of their own. */
  readonly texts: readonly { readonly field: FieldView; readonly html: string; readonly mayReply: boolean }[];
  readonly groups: readonly FieldGroup[];
  /** Where conditions find what they ask about, as JSON; `''` for a form without conditions. */
  readonly conditionFacts: string;
  readonly actions: readonly ActionView[];
  readonly history: TimelineView;
  readonly mayComment: boolean;
  readonly mayCommentInternally: boolean;
  /** There is anything to fill in or choose at all. */
  readonly mayAct: boolean;
  readonly problems: readonly ProblemView[];
  /** Problems by control name, for controls that are no field. */
  readonly problemAt: Readonly<Record<string, string>>;
  readonly typed: Typed;
  readonly preview: PreviewView | null;
  /** What others changed since the form was made; null when nobody did. */
  readonly collision: { readonly entries: readonly EntryView[] } | null;
}

/** What happened to the ticket so far, and to the submission if there was one. */
export interface PageState {
  readonly ctx: TicketContext;
  readonly form: TicketForm;
  /** The part of it that the page shows. */
  readonly history: readonly HistoryEntry[];
  readonly wish?: TimelineWish;
  readonly typed?: Typed;
  /** The outcome of a preview or of a refused submission. */
  readonly applied?: Applied | undefined;
  readonly preview?: boolean;
  /** Number of the last change that the person's form knew of, after a collision. */
  readonly seen?: number | undefined;
}

/** What a policy hides from the person is not in the form, and nowhere else on the page. */
const shownValue = ({ ctx: { ticket }, form }: PageState, name: string): unknown =>
  form.fields.has(name) ? ticket.values[name] : undefined;

const textOf = (state: PageState, name: string): string => {
  const value = shownValue(state, name);
  return typeof value === 'string' ? value : '';
};
const timeOf = (state: PageState, name: string): Date | null => {
  const value = shownValue(state, name);
  return value instanceof Date ? value : null;
};

const reporterOf = (state: PageState, viewer: Viewer): AuthorView | null =>
  state.form.fields.has('reporter') ? viewAuthor(textOf(state, 'reporter'), state.ctx.directory, viewer) : null;

/** Types whose value is a text; others draw theirs themselves. */
const WRITTEN: ReadonlySet<string> = new Set(['text', 'textarea']);

/** Running text gets a section of its own, everything else a line. */
const isProse = (field: FieldView): boolean =>
  field.fullrow && field.format !== 'list' && field.options.length === 0 && field.time === null;

function viewAction(
  offer: Offer,
  chosen: string,
  draw: (field: Parameters<typeof viewField>[0], label: string) => FieldView,
): ActionView {
  return {
    name: offer.name,
    id: `action_${offer.name}`,
    label: offer.label,
    hint: offer.hints.join(' '),
    confirm: offer.confirm ?? '',
    chosen: offer.name === chosen,
    inputs: [...offer.inputs.values()].map((input) => draw(input, `${offer.label}: ${input.label}`)),
  };
}

/** A short field alone between two wide ones would leave the rest of its row empty: it waits for the next short one. */
function fillRows(fields: readonly FieldView[]): FieldView[] {
  const rows: FieldView[] = [];
  const waiting: FieldView[] = [];
  const lastShort = fields.findLastIndex((field) => !field.fullrow);
  for (const [index, field] of fields.entries()) {
    if (!field.fullrow) {
      waiting.push(field);
      continue;
    }
    const mayWait = waiting.length === 1 && index < lastShort;
    if (!mayWait) rows.push(...waiting.splice(0));
    rows.push(field);
  }
  return [...rows, ...waiting];
}

function groupFields(fields: readonly FieldView[]): FieldGroup[] {
  const groups = new Map<string, FieldView[]>([['', []]]);
  for (const field of fields) {
    const members = groups.get(field.group);
    if (members) members.push(field);
    else groups.set(field.group, [field]);
  }
  return [...groups]
    .filter(([, members]) => members.length > 0)
    .map(([legend, members]) => ({ legend, hidden: members.every(({ applies }) => !applies), fields: fillRows(members) }));
}

function keptGroups(fields: readonly FieldView[]): readonly FieldGroup[] {
  const list = keepList(fields);
  return keepGroups(list, '', () => groupFields(list));
}

const NAMED_TARGETS: Readonly<Record<string, string>> = {
  comment: 'comment',
  author: 'author',
  action: 'actions',
  replyto: 'comment',
};

/** `general` is where a problem without a field leads. */
function viewProblems(problems: readonly Problem[], targets: ReadonlySet<string>, general: string): ProblemView[] {
  return problems.map(({ field, message }) => {
    const named = NAMED_TARGETS[field ?? ''];
    if (field === undefined) return { message, target: general };
    return { message, target: named ?? (targets.has(field) ? `field-${field}` : '') };
  });
}

/** Whoever could send the form is told before anything is written that nothing of it would be stored. */
const shownProblems = ({ applied, form }: PageState, mayAct: boolean): readonly Problem[] =>
  applied?.problems ?? (mayAct && form.blockedBy() !== undefined ? [BLOCKED_FORM] : []);

const previewedComment = ({ preview, applied }: PageState): string => (preview ? (applied?.change?.comment ?? '') : '');

function viewPreview(state: PageState, viewer: Viewer, commentHtml: string): PreviewView | null {
  const { applied, form } = state;
  if (!state.preview || !applied) return null;
  const { change } = applied;
  const texts = change ? [...change.changed].filter((name) => form.fields.has(name)) : [];
  const stored = (name: string, value: unknown): string => {
    const field = form.fields.get(name);
    if (value === undefined || value === null || value === '') return '';
    return field ? viewer.typeOf(field.type).serialise(value) : String(value);
  };
  return {
    changes: texts.map((name) =>
      viewChange({ field: name, old: stored(name, change?.before[name]), new: stored(name, change?.after[name]) }, form, viewer),
    ),
    commentHtml,
    warnings: applied.warnings.map(({ message }) => message),
    idle: change === undefined,
  };
}

/** The entries that the page shows, oldest first, once the batch is drawn. */
function entriesIn({ ctx, form, history, seen }: PageState, viewer: Viewer, batch: TextBatch): () => EntryView[] {
  const shown = shownEntries(history, form);
  const drawn = shown.map(({ comment, format }) => batch.add(comment, format));
  return () => viewEntries(shown, { ctx, form, viewer, html: drawn.map((html) => html()), seen });
}

/** The entries that the page shows, oldest first. */
export async function viewShown(state: PageState, viewer: Viewer, texts: ITexts): Promise<EntryView[]> {
  const batch = textBatch(texts, state.ctx, viewer);
  const entries = entriesIn(state, viewer, batch);
  await batch.draw();
  return entries();
}

const keepDrawn = keeper<FieldView, FieldView>();
const keepGroups = keeper<readonly FieldView[], readonly FieldGroup[]>();
const keepActions = keeper<readonly FieldView[], readonly ActionView[]>();
const keepTimeline = keeper<readonly object[], TimelineView>();
const NO_INPUTS: readonly FieldView[] = Object.freeze([]);

/** The same choices of somebody who sees the same of them are one list. */
function keptActions(actions: readonly ActionView[]): readonly ActionView[] {
  const inputs = keepList(actions.flatMap((action) => action.inputs));
  let look = '';
  for (const { name, label, hint, confirm, chosen, inputs: own } of actions)
    look += `${name}\0${label}\0${hint}\0${confirm}\0${chosen}\0${own.length}\n`;
  return keepActions(inputs.length === 0 ? NO_INPUTS : inputs, look, () => actions);
}

/** The values that are texts, in sections of their own or on a line, once the batch is drawn. */
function valuesIn({ ctx: { ticket }, form }: PageState, stored: readonly FieldView[], texts: ITexts, batch: TextBatch) {
  const add = (field: FieldView, inline: boolean): (() => string) => {
    const format = field.name === 'description' ? (ticket.descriptionFormat ?? texts.current) : texts.current;
    return batch.add(field.shown, format, inline);
  };
  const facts = stored.filter((field) => field.visible && !isProse(field));
  const drawnFacts = facts.map((field) => (!field.empty && isText(field) ? add(field, true) : undefined));
  const proses = stored.filter((field) => field.visible && isProse(field) && !field.empty);
  const drawn = proses.map((field) =>
    isText(field) ? add(field, false) : () => (WRITTEN.has(field.type) ? plainHtml(field.shown) : ''),
  );
  return {
    facts: () =>
      keepList(
        facts.map((field, index) => {
          const html = drawnFacts[index]?.();
          return html === undefined ? field : keepDrawn(field, html, () => ({ ...field, html }));
        }),
      ),
    texts: () =>
      proses.map((field, index) => ({
        field,
        html: drawn[index]?.() ?? '',
        mayReply: form.mayComment && field.name === 'description',
      })),
  };
}

function viewStatus(state: PageState): TicketView['status'] {
  const name = textOf(state, 'status');
  const closed = isClosedStatus(name);
  return { name, closed, note: closed ? textOf(state, 'resolution') : '' };
}

/** Turns a ticket with its form and history into what the page shows. */
export async function presentTicket(state: PageState, viewer: Viewer, texts: ITexts): Promise<TicketView> {
  const { ctx, form } = state;
  const { ticket } = ctx;
  const byControl = problemsByControl(state.applied?.problems ?? []);
  const extras = await extrasOf(form, viewer, ctx);
  const draw = (field: Parameters<typeof viewField>[0], ariaLabel?: string): FieldView =>
    viewField(field, viewer, {
      problem: byControl.get(field.control),
      extra: extras.get(field) ?? {},
      when: viewWhen(field, form),
      ...(ariaLabel === undefined ? { stored: ticket.values[field.name] } : { ariaLabel, inAction: true }),
    });
  const fields = [...form.fields.values()].map((field) => draw(field));
  // Beside a form that was sent, the page shows what is stored.
  const stored =
    state.applied && ticket.exists
      ? [...form.fields.values()]
          .filter((field) => appliesTo(field, ticket.values, form, viewer))
          .map((field) => viewField(field, viewer, { value: ticket.values[field.name] ?? '' }))
      : fields.filter((field) => field.applies);
  const typed = state.typed ?? nothingTyped;
  const chosen = form.actions.has(typed.action) ? typed.action : ([...form.actions.keys()][0] ?? '');
  const actions = keptActions([...form.actions.values()].map((offer) => viewAction(offer, chosen, draw)));
  const editable = fields.filter((field) => field.editable && (field.applies || field.when?.visibleIf));
  const targets = new Set([...editable, ...actions.flatMap(({ inputs }) => inputs)].map(({ control }) => control));
  const batch = textBatch(texts, ctx, viewer);
  const values = valuesIn(state, withLabels(stored, texts, ctx, viewer), texts, batch);
  const entriesDrawn = entriesIn(state, viewer, batch);
  const commentDrawn = batch.add(previewedComment(state), texts.current);
  await batch.draw();
  const entries = entriesDrawn();
  const { wish = NO_WISH } = state;
  const path = viewer.href(`/ticket/${ticket.id}`);
  const timeline = viewTimeline(entries, wish, { path, version: ticket.version });
  const history = keepTimeline(keepList(timeline.items), `${timeline.order} ${timeline.isCut} ${path}`, () => timeline);
  const opened = timeOf(state, 'time');
  const mayAct = form.mayComment || editable.length > 0 || actions.length > 1;
  return {
    id: ticket.id ?? 0,
    exists: ticket.exists,
    version: ticket.version,
    heading: viewer.hide(textOf(state, 'summary')),
    status: viewStatus(state),
    opened: opened && { time: opened, by: reporterOf(state, viewer) },
    changed: timeOf(state, 'changetime'),
    facts: values.facts(),
    texts: values.texts(),
    groups: keptGroups(withLabels(editable, texts, ctx, viewer)),
    conditionFacts: viewConditionFacts(form, new Set(editable.map(({ name }) => name)), viewer),
    actions,
    history,
    mayComment: form.mayComment,
    mayCommentInternally: form.mayCommentInternally,
    mayAct,
    problems: viewProblems(shownProblems(state, mayAct), targets, state.applied?.collision ? 'collision' : ''),
    problemAt: Object.fromEntries(byControl),
    typed: { ...typed, action: chosen },
    preview: viewPreview(state, viewer, commentDrawn()),
    collision: state.applied?.collision ? { entries: entries.filter(({ fresh }) => fresh) } : null,
  };
}
