import {
  type Applied,
  type HistoryEntry,
  type IPages,
  type IRegistry,
  type ISiteHealth,
  type ITexts,
  type ITicketFields,
  type ITicketService,
  NotFoundError,
  type OperationContext,
  type Outcome,
  requireNoFile,
  type Submission,
  type TicketContext,
  type TicketForm,
  type Values,
  type WebRequest,
} from 'tracts';
import type { IAddressPrivacy } from 'tracts/addresses';
import type { ITicketPanelProvider, Panel } from './api.ts';
import type { Viewer } from './field-view.ts';
import { nothingTyped, type PageState, presentTicket, type TicketView, type Typed } from './presenter.ts';
import { quoteText } from './quote.ts';
import {
  type Controls,
  firstOf,
  hasStrangers,
  isText,
  keepOthersChanges,
  presetsOf,
  submissionOf,
  UNKNOWN_VERSION,
} from './submission.ts';
import { LATEST, loadTimeline, ORDER_COOKIE, timelineWish } from './timeline-view.ts';
import { viewerOf, withAddresses } from './viewer.ts';

/** What the ticket pages use. */
export interface PageNeeds {
  readonly tickets: ITicketService;
  readonly fields: ITicketFields;
  readonly privacy: IAddressPrivacy;
  readonly texts: ITexts;
  readonly panels: Iterable<ITicketPanelProvider>;
  readonly health: ISiteHealth;
  readonly registry: IRegistry;
  readonly pages: IPages;
}

const GREATEST_ID = 2_147_483_647;

/** The number in a ticket's address; anything but a plain number from 1 names no ticket. */
export function ticketIdOf(text: string | undefined): number {
  const id = text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (id < 1 || id > GREATEST_ID)
    throw new NotFoundError(`There is no ticket “${(text ?? '').slice(0, 40)}”. Ticket numbers are whole numbers from 1.`);
  return id;
}

/** True when a posted form is to be stored and not only looked at, as Trac decides it. */
export const isSubmit = (request: WebRequest): boolean =>
  Object.hasOwn(request.body, 'submit') && !Object.hasOwn(request.body, 'preview');

const typedIn = ({ action = '', comment = '', author = '', replyTo = '', internal }: Submission, applied: Applied): Typed => ({
  action,
  comment,
  author,
  replyTo,
  internal: internal === true || applied.change?.internal === true,
});

async function controlsOf(ctx: OperationContext, fields: ITicketFields): Promise<Controls> {
  return new Map((await fields.all(ctx)).map((field) => [field.control, field]));
}

/** A manipulator may give a field another control; only then is the form needed to read what was posted. */
async function postedTo(needs: PageNeeds, ctx: TicketContext, { body, files }: WebRequest): Promise<Submission> {
  const controls = await controlsOf(ctx, needs.fields);
  requireNoFile(files, (name) => isText(name, controls));
  if (!hasStrangers(body, controls)) return withFiles(submissionOf(body, controls), files);
  const form = await needs.tickets.form(ctx);
  const all = new Map([...controls, ...[...form.fields.values()].map((field) => [field.control, field] as const)]);
  return withFiles(submissionOf(body, all), files);
}

/** Files came, and nobody took them: what nobody made an upload of is nobody's upload, and the ticket service says so. */
const withFiles = (submission: Submission, files: WebRequest['files']): Submission =>
  files.length === 0 || submission.attachments?.length ? submission : { ...submission, attachments: ['not taken'] };

const PLACES: readonly Panel['place'][] = ['aside', 'below', 'tools', 'form', 'head'];

/** A plugin in JavaScript may give anything. */
function checkPanel(given: Panel | null | undefined): void {
  if (typeof given?.template !== 'string' || typeof given.title !== 'string' || !PLACES.includes(given.place))
    throw new TypeError('it gave a panel without a template, a title or a place that there is');
}

/** With the id of the component that gave it. */
type SourcedPanel = Panel & { readonly source: string };

async function panelsOf(
  { ctx, form }: PageState,
  viewer: Viewer,
  { panels: providers, health, registry }: PageNeeds,
): Promise<readonly SourcedPanel[]> {
  const found: SourcedPanel[] = [];
  const typed = (): Values => Object.fromEntries([...form.fields.values()].map(({ name, value }) => [name, value]));
  for (const provider of providers) {
    try {
      const panels = ctx.ticket.exists
        ? provider.getTicketPanels?.(ctx, form, viewer)
        : provider.getNewTicketPanels?.(ctx, typed(), form, viewer);
      const given = panels instanceof Promise ? await panels : panels;
      const source = registry.idOf(provider);
      for (const panel of given ?? []) {
        checkPanel(panel);
        found.push({ ...panel, source });
      }
    } catch (error) {
      const about = { ticket: ctx.ticket.id ?? 'new', user: ctx.user.name };
      health.report({ component: registry.idOf(provider), task: 'could not make its panels', error, about });
    }
  }
  return found.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}

/** Panels by place; `multipart` when the form holds a control for files. */
function byPlace(panels: readonly Panel[]): Readonly<Record<Panel['place'], readonly Panel[]> & { multipart: boolean }> {
  const places: Record<Panel['place'], Panel[]> = { aside: [], below: [], tools: [], form: [], head: [] };
  for (const panel of panels) places[panel.place].push(panel);
  return { ...places, multipart: places.form.some(({ multipart }) => multipart) };
}

const pageTitle = (ticket: TicketView): string => {
  if (!ticket.exists) return 'New ticket';
  const note = ticket.status.note ? `: ${ticket.status.note}` : '';
  return `#${ticket.id} (${ticket.status.name}${note}) ${ticket.heading}`;
};

async function showTicket(needs: PageNeeds, request: WebRequest, state: PageState, status: number): Promise<Outcome> {
  const { ctx } = state;
  const viewer = viewerOf(ctx, request, needs);
  const ticket = await presentTicket(state, viewer, needs.texts);
  const panels = await panelsOf(state, viewer, needs);
  return {
    template: ctx.ticket.exists ? 'ticket/ticket.njk' : 'ticket/new.njk',
    status,
    data: {
      title: pageTitle(ticket),
      ticket,
      action: request.href(ctx.ticket.exists ? `/ticket/${ticket.id}` : '/newticket'),
      asksName: !ctx.user.authenticated && (ctx.ticket.exists || !state.form.fields.get('reporter')?.editable),
      panels: byPlace(panels),
    },
  };
}

/** GET /newticket: the empty form, filled in with what the address says. */
export async function showNewTicket(needs: PageNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const draft = await needs.tickets.draft(ctx);
  const presets = presetsOf(request.query, await controlsOf(ctx, needs.fields));
  const plain = await needs.tickets.form(draft);
  const wanted = Object.entries(presets.fields ?? {}).filter(([name]) => {
    const field = plain.fields.get(name);
    return field?.editable && !field.disabled;
  });
  const action = presets.action !== undefined && plain.actions.has(presets.action) ? presets.action : undefined;
  const isPreset = wanted.length > 0 || action !== undefined || Object.keys(presets.inputs ?? {}).length > 0;
  const submission: Submission = { ...presets, action, fields: Object.fromEntries(wanted) };
  const form = isPreset ? (await needs.tickets.preview(ctx, undefined, submission)).form : plain;
  return showTicket(needs, request, { ctx: draft, form, history: [], typed: { ...nothingTyped, action: action ?? '' } }, 200);
}

/** The comment that is answered: it may be older than what the page shows. */
async function findAnswered(
  tickets: ITicketService,
  ctx: TicketContext,
  history: readonly HistoryEntry[],
  replyTo: string,
): Promise<HistoryEntry | undefined> {
  const number = /^[1-9]\d{0,8}$/.test(replyTo) ? Number(replyTo) : 0;
  return (
    history.find((entry) => entry.number === number) ??
    (number > 0 ? (await tickets.history(ctx, { numbers: [number, number] }))[0] : undefined)
  );
}

/** The quoted beginning of a reply. */
function replyOf(entry: HistoryEntry | undefined, { fields }: TicketForm, ctx: TicketContext, replyTo: string): Typed {
  const seen = (name: string): string => (fields.has(name) ? String(ctx.ticket.values[name] ?? '') : '');
  const text = replyTo === 'description' ? seen('description') : (entry?.comment ?? '');
  if (replyTo !== 'description' && !entry) return nothingTyped;
  const author = replyTo === 'description' ? seen('reporter') : entry?.author;
  const what = replyTo === 'description' ? `[description ${author}]` : `[comment:${replyTo} ${author}]`;
  const internal = entry?.internal ?? false;
  return { ...nothingTyped, replyTo, internal, comment: quoteText(text, `Replying to ${what}:`) };
}

const YEAR_SECONDS = 31_536_000;

/** GET /ticket/:id, and GET /ticket/:id?replyto=… with the text that is answered. */
export async function showStoredTicket(needs: PageNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { tickets } = needs;
  const open = await tickets.open(ctx, ticketIdOf(request.params['id']));
  const action = firstOf(request.query, 'action');
  // Conditions may ask about the chosen action.
  const form = action === '' ? await tickets.form(open) : (await tickets.preview(ctx, open.ticket.id, { action })).form;
  const wish = timelineWish(request);
  const history = await loadTimeline(tickets, open, wish);
  const replyTo = form.mayComment ? firstOf(request.query, 'replyto') : '';
  const answered = replyTo === '' ? undefined : await findAnswered(tickets, open, history, replyTo);
  const reply = replyTo === '' ? nothingTyped : replyOf(answered, form, open, replyTo);
  const viewer = viewerOf(open, request, needs);
  const typed = { ...reply, comment: viewer.hide(reply.comment), action };
  const shown = await showTicket(needs, request, { ctx: open, form, history, wish, typed }, 200);
  return wish.isChosen ? { ...shown, cookies: [{ name: ORDER_COOKIE, value: wish.order, maxAge: YEAR_SECONDS }] } : shown;
}

/** What was stored otherwise than it was sent, for the next page; `text` is what that page has to say anyway. */
function tellNext({ warnings }: Applied, text?: string): Pick<Outcome, 'notice'> {
  const sentences = [...(text === undefined ? [] : [text]), ...warnings.map(({ message }) => message)];
  if (sentences.length === 0) return {};
  return { notice: { kind: warnings.length > 0 ? 'warning' : 'notice', text: sentences.join(' ') } };
}

/** Where a stored change leads. */
function afterStoring({ pages }: PageNeeds, applied: Applied): Outcome {
  const { outcome, id, change } = applied;
  if (outcome === 'gone') {
    const notice = { kind: 'notice', text: `Ticket #${id} is deleted.` } as const;
    return { redirect: pages.has('/query') ? '/query' : '/', notice };
  }
  if (outcome !== 'stay') return { redirect: outcome.redirect, ...tellNext(applied) };
  return { redirect: change?.number ? `/ticket/${id}#comment:${change.number}` : `/ticket/${id}`, ...tellNext(applied) };
}

/** The question of an action to confirm, with everything that was sent, so that a yes sends it again; undefined: none was asked. */
function questionOf(applied: Applied, submission: Submission, request: WebRequest, back: string): Outcome | undefined {
  const [problem] = applied.problems;
  if (applied.problems.length !== 1 || problem?.field !== 'confirmed') return undefined;
  const sent = Object.entries(request.body).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => ({ name, value: one })),
  );
  const action = submission.action ?? [...applied.form.actions.keys()][0] ?? '';
  return {
    template: 'ticket/confirm.njk',
    data: {
      title: 'Confirm',
      question: problem.message,
      label: applied.form.actions.get(action)?.label ?? action,
      action,
      target: request.href(request.path),
      back: request.href(back),
      sent: sent.filter(({ name }) => name !== '__FORM_TOKEN' && name !== 'confirmed'),
    },
  };
}

/** POST /newticket: previews, or files the ticket. */
export async function postNewTicket(needs: PageNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { tickets } = needs;
  const draft = await tickets.draft(ctx);
  const submission = await postedTo(needs, draft, request);
  const submit = isSubmit(request);
  const applied = submit ? await tickets.apply(ctx, undefined, submission) : await tickets.preview(ctx, undefined, submission);
  if (submit && applied.ok) return afterFiling(needs, ctx, applied);
  const question = questionOf(applied, submission, request, '/newticket');
  if (question) return question;
  const state = { ctx: draft, form: applied.form, history: [], typed: typedIn(submission, applied), applied, preview: !submit };
  return showTicket(needs, request, state, submit ? 422 : 200);
}

/** Somebody may be allowed to file and not to look: no error page then, but a word that it is filed (TF-21). */
function afterFiling(needs: PageNeeds, ctx: OperationContext, applied: Applied): Outcome {
  if (applied.outcome !== 'stay' || ctx.can('TICKET_VIEW', { realm: 'ticket', id: applied.id, object: applied.ticket }))
    return afterStoring(needs, applied);
  const text = `Ticket #${applied.id} is filed. You may not view it, so here is an empty form again.`;
  return { redirect: '/newticket', ...tellNext(applied, text) };
}

/** POST /ticket/:id: previews, or stores the change. */
export async function postTicket(needs: PageNeeds, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const { tickets } = needs;
  const id = ticketIdOf(request.params['id']);
  const open = await tickets.open(ctx, id);
  const posted = await postedTo(needs, open, request);
  const hidden = !needs.privacy.mayRead(open);
  const submission = hidden ? withAddresses(posted, open.ticket.values) : posted;
  const submit = isSubmit(request);
  const applied = submit ? await tickets.apply(ctx, id, submission) : await tickets.preview(ctx, id, submission);
  if (submit && applied.ok) return afterStoring(needs, applied);
  const question = questionOf(applied, submission, request, `/ticket/${id}`);
  if (question) return question;
  const wish = timelineWish(request);
  const history = await tickets.history(open, { last: LATEST });
  const typed = typedIn(submission, applied);
  if (!applied.collision) {
    const state = { ctx: open, form: applied.form, history, wish, typed, applied, preview: !submit };
    return showTicket(needs, request, state, submit ? 422 : 200);
  }
  const { basedOn = UNKNOWN_VERSION } = submission;
  const isKnown = basedOn !== UNKNOWN_VERSION;
  // Of what a person saw nothing is known where the form does not say it: then all that was sent stays as it is.
  const since = isKnown ? await tickets.history(open, { since: basedOn }) : [];
  const merged = await tickets.preview(ctx, id, { ...keepOthersChanges(submission, since), basedOn: undefined });
  const problems = [...applied.problems.filter(({ field }) => field === undefined), ...merged.problems];
  const seen = isKnown ? (since[0]?.number ?? Number.POSITIVE_INFINITY) - 1 : 0;
  const collided: Applied = { ...merged, problems, collision: true };
  return showTicket(
    needs,
    request,
    { ctx: open, form: merged.form, history, wish, typed, applied: collided, preview: true, seen },
    409,
  );
}
