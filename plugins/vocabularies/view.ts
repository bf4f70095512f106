import {
  type Adjunct,
  type IAdjunctService,
  type IContexts,
  type ITexts,
  NotFoundError,
  type OperationContext,
  type View,
  type WebRequest,
} from 'tracts';
import { currentDefault, type DefaultNeeds } from './defaults.ts';
import { type Kind, mayDo } from './kinds.ts';
import { localText } from './local-time.ts';

/** What the panels work with. */
export interface Needs extends DefaultNeeds {
  readonly adjuncts: IAdjunctService;
  readonly contexts: IContexts;
  readonly texts: ITexts;
  readonly options: { readonly retargetTo: string };
}

/** What was typed into one of the panel's forms, by name of the input. */
export type Typed = Readonly<Record<string, string>>;

export interface Trouble {
  readonly values?: Typed;
  readonly problems?: readonly { readonly field: string; readonly message: string }[];
}

const EMPTY: Typed = {
  name: '',
  owner: '',
  description: '',
  time: '',
  due: '',
  completed: '',
  target: '',
  into: '',
  tickets: 'keep',
};

/** Descriptions as HTML, in their order; `inline`: of each its first line. */
const drawDescriptions = (
  { texts }: Needs,
  ctx: OperationContext,
  { href }: WebRequest,
  values: readonly Adjunct[],
  inline: boolean,
): Promise<readonly string[]> =>
  texts.render(
    ctx,
    values.map(({ description }) => ({
      source: inline ? (description.split('\n', 1)[0] ?? '') : description,
      format: texts.current,
      inline,
    })),
    { resource: undefined, href, hide: (text) => text },
  );

const statusOf = ({ problems = [] }: Trouble): number => (problems.length > 0 ? 422 : 200);

/** The address of the panel, or of one value's page in it. */
export const addressOf = ({ page }: Kind, name?: string, more = ''): string =>
  `/admin/ticket/${page}${name === undefined ? '' : `?value=${encodeURIComponent(name)}${more}`}`;

/** The tickets that have a value, as a list. */
const ticketsOf = ({ field, type }: Kind, name: string): string =>
  type === 'keyword' ? `/query?keywords=~${encodeURIComponent(name)}` : `/query?${field}=${encodeURIComponent(name)}`;

const valueView = (value: Adjunct, kind: Kind, uses: ReadonlyMap<string, number>, { href }: WebRequest) => ({
  name: value.name,
  description: value.description,
  owner: value.owner ?? '',
  time: value.time ?? null,
  due: value.due ?? null,
  completed: value.completed ?? null,
  source: value.source ?? '',
  count: kind.type === 'keyword' ? null : (uses.get(value.name) ?? 0),
  ticketsHref: href(ticketsOf(kind, value.name)),
  href: href(addressOf(kind, value.name)),
});

async function visible(needs: Needs, ctx: OperationContext, kind: Kind): Promise<readonly Adjunct[]> {
  const all = await needs.adjuncts.list(ctx, kind.type);
  return kind.type === 'milestone' ? all.filter(({ name }) => mayDo(ctx, kind, 'view', name)) : all;
}

/** What both templates know of the vocabulary itself. */
const kindView = (kind: Kind, { href }: WebRequest) => ({
  type: kind.type,
  label: kind.label,
  noun: kind.noun,
  help: kind.help,
  ranked: kind.ranked,
  href: href(addressOf(kind)),
});

/** The list with its forms: add, order, default. */
export async function showList(
  needs: Needs,
  ctx: OperationContext,
  request: WebRequest,
  kind: Kind,
  trouble: Trouble = {},
): Promise<View> {
  const values = await visible(needs, ctx, kind);
  const uses = await needs.adjuncts.countUses(ctx, kind.type);
  const isAdministrator = ctx.can('TICKET_ADMIN', { realm: 'ticket' });
  const chosen = currentDefault(needs, kind);
  const stored = values.filter(({ source }) => source === undefined);
  const descriptions = await drawDescriptions(needs, ctx, request, values, true);
  return {
    template: 'vocabularies/list.njk',
    status: statusOf(trouble),
    data: {
      kind: kindView(kind, request),
      values: { ...EMPTY, ...trouble.values },
      problems: trouble.problems ?? [],
      rows: values.map((value, index) => ({
        ...valueView(value, kind, uses, request),
        descriptionHtml: descriptions[index] ?? '',
        isDefault: value.name === chosen,
        isFirst: value === stored[0],
        isLast: value === stored.at(-1),
      })),
      chosen: values.some(({ name }) => name === chosen) ? chosen : '',
      mayChooseDefault: isAdministrator && kind.defaultOption !== undefined && values.length > 0,
      mayOrder: kind.ranked && mayDo(ctx, kind, 'modify') && stored.length > 1,
      mayCreate: mayDo(ctx, kind, 'create'),
      people: kind.type === 'component' ? [...ctx.directory.people.keys()].sort() : [],
    },
  };
}

const typedOf = (value: Adjunct, timeZone: string): Typed => ({
  name: value.name,
  owner: value.owner ?? '',
  description: value.description,
  time: localText(value.time, timeZone),
  due: localText(value.due, timeZone),
  completed: localText(value.completed, timeZone),
});

/** One value: the form to change it, and what may be done with it. Throws when there is no such value. */
export async function showValue(
  needs: Needs,
  ctx: OperationContext,
  request: WebRequest,
  kind: Kind,
  name: string,
  trouble: Trouble = {},
): Promise<View> {
  const values = await visible(needs, ctx, kind);
  const value = values.find((one) => one.name === name);
  if (!value) throw new NotFoundError(`There is no ${kind.noun} “${name}”.`);
  const uses = await needs.adjuncts.countUses(ctx, kind.type, { name });
  const open = kind.type === 'milestone' ? await needs.adjuncts.countUses(ctx, kind.type, { name, openOnly: true }) : undefined;
  const others = values.filter((one) => one !== value).map((one) => one.name);
  const proposed = others.includes(needs.options.retargetTo) ? needs.options.retargetTo : '';
  const choices = others.map((one) => ({ value: one, text: one }));
  const [descriptionHtml = ''] = await drawDescriptions(needs, ctx, request, [value], false);
  return {
    template: request.query['delete'] === undefined ? 'vocabularies/value.njk' : 'vocabularies/delete.njk',
    status: statusOf(trouble),
    data: {
      kind: kindView(kind, request),
      value: valueView(value, kind, uses, request),
      descriptionHtml,
      deleteHref: request.href(addressOf(kind, name, '&delete=1')),
      values: { ...EMPTY, target: proposed, ...typedOf(value, ctx.timeZone), ...trouble.values },
      problems: trouble.problems ?? [],
      uses: uses.get(name) ?? 0,
      openUses: open?.get(name) ?? 0,
      others: choices,
      choices: [{ value: '', text: `choose a ${kind.noun} …` }, ...choices],
      targets: [{ value: '', text: `no ${kind.noun}` }, ...choices],
      isDefault: currentDefault(needs, kind) === name,
      mayModify: value.source === undefined && mayDo(ctx, kind, 'modify', name),
      mayDelete: value.source === undefined && mayDo(ctx, kind, 'delete', name),
      people: kind.type === 'component' ? [...ctx.directory.people.keys()].sort() : [],
    },
  };
}
