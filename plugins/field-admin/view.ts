import {
  type Diagnosis,
  type Field,
  type ISettings,
  type ISettingsEditor,
  type ITicketFields,
  type ITicketFieldTypeProvider,
  NotFoundError,
  type OperationContext,
  TracError,
  type View,
  type WebRequest,
} from 'tracts';
import type { IFieldViews } from 'tracts/ticket-web';
import { groupsFor, presentValue } from './attributes.ts';
import { type Problem, problemsOf, SECTION, writtenFor } from './candidate.ts';

/** What the panel works with. */
export interface Needs {
  readonly fields: ITicketFields;
  readonly types: Iterable<ITicketFieldTypeProvider>;
  readonly views: IFieldViews;
  readonly editor: ISettingsEditor;
  readonly settings: ISettings;
}

export const HOME = '/admin/ticket/fields';

export const addressOf = (name: string): string => `${HOME}?field=${encodeURIComponent(name)}`;

/** trac.ini as it is on disk; what the site runs with where there is no file to read. */
export function readFile({ editor, settings }: Needs): ISettings {
  try {
    return editor.read();
  } catch (error) {
    if (error instanceof TracError && error.code === 'CONFIG') return settings;
    throw error;
  }
}

/** Types that stand in for another one on some forms and are nobody's choice. */
const INTERNAL: ReadonlySet<string> = new Set(['cc-toggle']);

const typeNames = ({ types }: Needs): string[] =>
  [...types].flatMap((provider) => provider.getFieldTypes().map(({ name }) => name)).filter((name) => !INTERNAL.has(name));

const typeChoices = (needs: Needs, present: string) =>
  [...new Set([...typeNames(needs), present])].filter(Boolean).map((name) => ({ value: name, text: name }));

export interface Creating {
  readonly values?: Readonly<Record<string, string>>;
  readonly problems?: readonly Problem[];
}

/** Every field in order, with where it comes from, and the form for a new one. */
export async function showFields(
  needs: Needs,
  ctx: OperationContext,
  request: WebRequest,
  { values = {}, problems = [] }: Creating = {},
): Promise<View> {
  const settings = readFile(needs);
  const { fields, diagnoses } = await needs.fields.draft(ctx, settings);
  const shown = fields.filter(({ internal }) => !internal);
  const lost = settings.entries(SECTION).filter(([key]) => !key.includes('.') && !fields.some(({ name }) => name === key));
  return {
    template: 'field-admin/list.njk',
    status: problems.length > 0 ? 422 : 200,
    data: {
      home: request.href(HOME),
      rows: shown.map((field) => ({
        name: field.name,
        label: field.label,
        type: field.type,
        group: field.group,
        source: field.source,
        isOwn: isOwn(settings, field),
        isAdjusted: writtenFor(settings, field.name).size > 0,
        isFirst: field === shown[0],
        isLast: field === shown.at(-1),
        problems: problemsOf(diagnoses, field.name).length,
        href: request.href(addressOf(field.name)),
      })),
      lost: lost.map(([name]) => ({ name, problems: problemsOf(diagnoses, name).map(({ message }) => message) })),
      types: typeChoices(needs, ''),
      values: { name: '', type: 'text', label: '', options: '', ...values },
      problems,
    },
  };
}

/** True when [ticket-custom] of trac.ini defines the field itself. */
export const isOwn = (settings: ISettings, { name, custom }: Field): boolean =>
  custom && settings.get(SECTION, name) !== undefined;

/** What the form of one field shows. */
export interface Editing {
  readonly field: Field;
  readonly settings: ISettings;
  readonly diagnoses: readonly Diagnosis[];
  /** Why nothing was written; absent for a preview. */
  readonly refused?: readonly Problem[];
}

/** One field as the file has it. Throws when there is none of that name. */
export async function findField(needs: Needs, ctx: OperationContext, settings: ISettings, name: string): Promise<Editing> {
  const { fields, diagnoses } = await needs.fields.draft(ctx, settings);
  const field = fields.find((one) => one.name === name && !one.internal);
  if (!field) throw new NotFoundError(`There is no field “${name}”.`);
  return { field, settings, diagnoses };
}

/** The form of one field, with its control as a new ticket would show it. */
export async function showField(needs: Needs, ctx: OperationContext, request: WebRequest, editing: Editing): Promise<View> {
  const { field, settings, diagnoses, refused = [] } = editing;
  const written = writtenFor(settings, field.name);
  const type = needs.fields.type(field.type);
  const told = problemsOf(diagnoses, field.name);
  const problems = [...refused, ...told.filter(({ message }) => !refused.some((one) => one.message === message))];
  const preview = await needs.views.view(ctx, request, { ...field, editable: true });
  const groups = groupsFor(type, written.keys()).map(({ heading, attributes }) => ({
    heading,
    attributes: attributes.map((one) => ({
      ...one,
      control: `attr_${one.name}`,
      value: written.get(one.name) ?? '',
      present: written.has(one.name) ? '' : presentValue(field, one.name),
    })),
  }));
  return {
    template: 'field-admin/field.njk',
    status: refused.length > 0 ? 422 : 200,
    data: {
      home: request.href(HOME),
      href: request.href(addressOf(field.name)),
      field: { name: field.name, label: field.label, type: field.type, source: field.source, isOwn: isOwn(settings, field) },
      types: typeChoices(needs, field.type),
      groups,
      problems,
      preview,
      isOffered: field.editable,
      isAdjusted: written.size > 0,
    },
  };
}
