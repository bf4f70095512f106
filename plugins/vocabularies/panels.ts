import {
  type AdjunctDetails,
  AdjunctError,
  type AdminPanel,
  component,
  firstValue,
  formText,
  IAdjunctService,
  IAdminPanelProvider,
  IContexts,
  IRegistry,
  ISettings,
  ISettingsEditor,
  ITexts,
  NotFoundError,
  type OperationContext,
  type Outcome,
  option,
  PermissionError,
  type WebRequest,
} from 'tracts';
import { isFileTrouble, writeDefault } from './defaults.ts';
import { type Deed, KINDS, type Kind, mayDo, rightFor, rightsOf } from './kinds.ts';
import { readLocal } from './local-time.ts';
import { addressOf, type Needs, showList, showValue, type Typed } from './view.ts';

/** /admin/ticket/components, /milestones, /versions, /priorities, /severities, /types, /resolutions, /keywords. */
export const VocabularyPanels = component({
  doc: 'Serves the panels of components, milestones, versions, priorities, severities, ticket types, resolutions, keywords.',
  implements: [IAdminPanelProvider],
  uses: {
    adjuncts: IAdjunctService,
    contexts: IContexts,
    texts: ITexts,
    editor: ISettingsEditor,
    settings: ISettings,
    registry: IRegistry,
  },
  options: {
    retargetTo: option.text(
      'milestone',
      'default_retarget_to',
      '',
      'Milestone proposed for the open tickets of one that is completed or deleted.',
    ),
  },
  create: (needs) => ({ getAdminPanels: () => KINDS.map((kind) => panelOf(needs, kind)) }),
});

const panelOf = (needs: Needs, kind: Kind): AdminPanel => ({
  category: 'ticket',
  page: kind.page,
  label: kind.label,
  requires: rightsOf(kind),
  show: (ctx, request) => {
    const name = firstValue(request.query['value']);
    return name === '' ? showList(needs, ctx, request, kind) : showValue(needs, ctx, request, kind, name);
  },
  mode: 'read',
  submit: (ctx, request) => submit(needs, ctx, request, kind),
});

/** One request that changes a vocabulary. */
interface Step {
  readonly needs: Needs;
  readonly ctx: OperationContext;
  readonly request: WebRequest;
  readonly kind: Kind;
  /** The value that the form is about; `''` in forms about the whole list. */
  readonly name: string;
}

/** What the button's name may be. */
const STEPS: ReadonlyMap<string, (step: Step) => Promise<Outcome>> = new Map([
  ['add', add],
  ['default', chooseDefault],
  ['up', (step: Step) => move(step, -1)],
  ['down', (step: Step) => move(step, 1)],
  ['save', save],
  ['merge', merge],
  ['delete', remove],
]);

async function submit(needs: Needs, ctx: OperationContext, request: WebRequest, kind: Kind): Promise<Outcome> {
  const run = STEPS.get(typed(request, 'step'));
  if (!run) throw new NotFoundError('This form is not known here. Reload the page and try again.');
  const step: Step = { needs, ctx, request, kind, name: formText(request, 'value') };
  const asker = { user: ctx.user, via: ctx.via, now: ctx.now, timeZone: ctx.timeZone };
  try {
    return await needs.contexts.write(asker, (writing) => run({ ...step, ctx: writing }));
  } catch (error) {
    const problem = error instanceof AdjunctError ? { field: error.field, message: error.message } : undefined;
    const file = isFileTrouble(error) ? { field: '', message: error.message } : undefined;
    const told = problem ?? file;
    if (!told) throw error;
    return again(step, told);
  }
}

/** The page that the form stood on, with what was typed and the problem at its field. */
async function again(step: Step, problem: { readonly field: string; readonly message: string }): Promise<Outcome> {
  const { needs, ctx, request, kind, name } = step;
  const values: Typed = Object.fromEntries(
    INPUTS.filter((input) => request.body[input] !== undefined).map((input) => [input, typed(request, input)]),
  );
  const trouble = { values, problems: [problem] };
  const exists = name !== '' && (await needs.adjuncts.list(ctx, kind.type)).some((one) => one.name === name);
  return exists && typed(request, 'step') !== 'default'
    ? showValue(needs, ctx, request, kind, name, trouble)
    : showList(needs, ctx, request, kind, trouble);
}

const INPUTS = ['name', 'owner', 'description', 'time', 'due', 'completed', 'target', 'into', 'tickets'] as const;
const typed = (request: WebRequest, name: string): string => formText(request, name);

function requireRight({ ctx, kind, name }: Step, deed: Deed): void {
  if (!mayDo(ctx, kind, deed, name || undefined)) throw new PermissionError(rightFor(kind, deed), `${deed} this ${kind.noun}`);
}

/** The details that the vocabulary has and the form sent. */
function detailsOf({ ctx, request, kind }: Step): Partial<AdjunctDetails> {
  const time = (name: 'time' | 'due' | 'completed'): Date | undefined => {
    const read = readLocal(typed(request, name), ctx.timeZone);
    if (read === null) throw new AdjunctError(name, 'This is no date. Example: 2026-03-01 14:05');
    return read;
  };
  const description = typed(request, 'description').replaceAll('\r\n', '\n');
  if (kind.type === 'component') return { description, owner: typed(request, 'owner').trim() };
  if (kind.type === 'version') return { description, time: time('time') };
  if (kind.type === 'milestone') return { description, due: time('due'), completed: time('completed') };
  return { description };
}

const many = (count: number): string => (count === 1 ? '1 ticket' : `${count} tickets`);
const back = ({ kind }: Step, text: string): Outcome => ({ redirect: addressOf(kind), notice: { kind: 'notice', text } });

async function add(step: Step): Promise<Outcome> {
  const { needs, ctx, request, kind } = step;
  requireRight(step, 'create');
  const { name } = await needs.adjuncts.create(ctx, kind.type, { name: typed(request, 'name'), ...detailsOf(step) });
  return back(step, `The ${kind.noun} “${name}” is added.`);
}

async function chooseDefault(step: Step): Promise<Outcome> {
  const { needs, ctx, request, kind } = step;
  if (!ctx.can('TICKET_ADMIN', { realm: 'ticket' })) throw new PermissionError('TICKET_ADMIN', 'choose the default');
  const chosen = typed(request, 'default');
  const known = (await needs.adjuncts.list(ctx, kind.type)).some(({ name }) => name === chosen);
  if (chosen !== '' && !known) throw new AdjunctError('default', `There is no ${kind.noun} “${chosen}”.`);
  writeDefault(needs, kind, chosen);
  return back(
    step,
    chosen === '' ? `New tickets begin without a ${kind.noun}.` : `New tickets begin with the ${kind.noun} “${chosen}”.`,
  );
}

async function move(step: Step, by: -1 | 1): Promise<Outcome> {
  const { needs, ctx, kind, name } = step;
  requireRight(step, 'modify');
  const names = (await needs.adjuncts.list(ctx, kind.type)).filter(({ source }) => source === undefined).map((one) => one.name);
  const at = names.indexOf(name);
  const other = names[at + by];
  if (at >= 0 && other !== undefined) {
    names[at] = other;
    names[at + by] = name;
  }
  await needs.adjuncts.reorder(ctx, kind.type, names);
  return { redirect: `${addressOf(kind)}#list` };
}

async function save(step: Step): Promise<Outcome> {
  const { needs, ctx, request, kind, name } = step;
  requireRight(step, 'modify');
  const before = (await needs.adjuncts.list(ctx, kind.type)).find((one) => one.name === name);
  const details = detailsOf(step);
  await needs.adjuncts.change(ctx, kind.type, name, details);
  const retargets = details.completed !== undefined && before?.completed === undefined && typed(request, 'retarget') === 'on';
  const retargeted = retargets ? await needs.adjuncts.retarget(ctx, kind.type, name, typed(request, 'target')) : 0;
  const renamed = await needs.adjuncts.rename(ctx, kind.type, name, typed(request, 'name'));
  const consequences = [
    renamed > 0 ? `${many(renamed)} changed with its name.` : '',
    retargeted > 0 ? `${many(retargeted)} moved on.` : '',
  ];
  return back(step, ['Saved.', ...consequences].filter(Boolean).join(' '));
}

async function merge(step: Step): Promise<Outcome> {
  const { needs, ctx, request, kind, name } = step;
  requireRight(step, 'delete');
  const into = typed(request, 'into');
  const count = await needs.adjuncts.merge(ctx, kind.type, name, into).catch((error: unknown) => {
    throw error instanceof AdjunctError && error.field === 'target' ? new AdjunctError('into', error.message) : error;
  });
  return back(step, `“${name}” is merged into “${into}”; ${many(count)} changed.`);
}

async function remove(step: Step): Promise<Outcome> {
  const { needs, ctx, request, kind, name } = step;
  requireRight(step, 'delete');
  const answer = typed(request, 'tickets');
  const target = typed(request, 'target');
  if (answer === 'move' && target === '') throw new AdjunctError('target', `Choose the ${kind.noun} that takes its place.`);
  const isKnown = ['', 'keep', 'clear', 'move'].includes(answer);
  if (!isKnown) throw new AdjunctError('tickets', 'Say what becomes of the tickets.');
  const disposal = answer === 'move' ? { replaceBy: target } : answer === 'clear' ? { replaceBy: '' } : 'keep';
  const count = await needs.adjuncts.remove(ctx, kind.type, name, disposal);
  return back(step, `“${name}” is deleted.${count > 0 ? ` ${many(count)} changed.` : ''}`);
}
