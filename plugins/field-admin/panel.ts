import {
  component,
  firstValue,
  formText,
  IAdminPanelProvider,
  ISettings,
  ISettingsEditor,
  ITicketFields,
  ITicketFieldTypeProvider,
  NotFoundError,
  type OperationContext,
  type Outcome,
  type SettingChange,
  TracError,
  type WebRequest,
} from 'tracts';
import { IFieldViews } from 'tracts/ticket-web';
import { moveChanges, type Problem, problemsOf, SECTION, withChanges, writtenFor } from './candidate.ts';
import { addressOf, type Editing, findField, HOME, isOwn, type Needs, readFile, showField, showFields } from './view.ts';

/** /admin/ticket/fields: every field, its attributes as trac.ini says them, new fields. Writes [ticket-custom]. */
export const FieldPanel = component({
  doc: 'Serves /admin/ticket/fields: custom fields, and the attributes of every field.',
  implements: [IAdminPanelProvider],
  uses: {
    fields: ITicketFields,
    types: ITicketFieldTypeProvider,
    views: IFieldViews,
    editor: ISettingsEditor,
    settings: ISettings,
  },
  create: (needs: Needs) => ({
    getAdminPanels: () => [
      {
        category: 'ticket',
        page: 'fields',
        label: 'Fields',
        requires: 'TICKET_ADMIN',
        mode: 'read',
        show: async (ctx, request) => {
          const name = firstValue(request.query['field']);
          if (name === '') return showFields(needs, ctx, request);
          return showField(needs, ctx, request, await findField(needs, ctx, readFile(needs), name));
        },
        submit: (ctx, request) => submit(needs, ctx, request),
      },
    ],
  }),
});

interface Step {
  readonly needs: Needs;
  readonly ctx: OperationContext;
  readonly request: WebRequest;
  /** The field that the form is about. */
  readonly name: string;
}

/** What the button's name may be. */
const STEPS: ReadonlyMap<string, (step: Step) => Promise<Outcome>> = new Map([
  ['create', create],
  ['save', save],
  ['preview', preview],
  ['remove', remove],
  ['up', (step: Step) => move(step, -1)],
  ['down', (step: Step) => move(step, 1)],
]);

async function submit(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const run = STEPS.get(formText(request, 'step'));
  if (!run) throw new NotFoundError('This form is not known here. Reload the page and try again.');
  return run({ needs, ctx, request, name: formText(request, 'field') });
}

/** One line of trac.ini: no line breaks, no white space around. */
const typed = ({ request }: Step, name: string): string =>
  formText(request, name)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .trim();

/** Writes the lines; the sentence why that cannot be. */
function write({ needs }: Step, changes: readonly SettingChange[]): string | undefined {
  try {
    return needs.editor.change(changes).errors[0]?.message;
  } catch (error) {
    if (error instanceof TracError && error.code === 'CONFIG') return error.message;
    throw error;
  }
}

const done = (redirect: string, text: string): Outcome => ({
  redirect,
  notice: { kind: 'notice', text: `${text} It holds within two seconds.` },
});

async function create(step: Step): Promise<Outcome> {
  const { needs, ctx, request } = step;
  const values = {
    name: typed(step, 'name').toLowerCase(),
    type: typed(step, 'type'),
    label: typed(step, 'label'),
    options: typed(step, 'options'),
  };
  const refuse = (problems: readonly Problem[]): Promise<Outcome> => showFields(needs, ctx, request, { values, problems });
  const { name } = values;
  const settings = readFile(needs);
  if (!/^[a-z][a-z0-9_]+$/.test(name))
    return refuse([{ field: 'name', message: 'A field name has two or more of a-z, 0-9 and _, and begins with a letter.' }]);
  const known = await needs.fields.draft(ctx, settings);
  if (known.fields.some((field) => field.name === name) || settings.get(SECTION, name) !== undefined)
    return refuse([{ field: 'name', message: `There is a field “${name}” already.` }]);
  const lines = [['', values.type], ...(['label', 'options'] as const).map((one) => [`.${one}`, values[one]])];
  const changes = lines
    .filter(([, value]) => value !== '')
    .map(([suffix, value]): SettingChange => ({ section: SECTION, name: `${name}${suffix}`, value: value ?? '' }));
  const drafted = await needs.fields.draft(ctx, withChanges(settings, changes));
  const faults = problemsOf(drafted.diagnoses, name).map(({ field, message }) => ({ field: creatingInput(field), message }));
  if (faults.length > 0) return refuse(faults);
  const trouble = write(step, changes);
  return trouble === undefined ? done(addressOf(name), `The field ${name} is made.`) : refuse([{ field: '', message: trouble }]);
}

/** The form for a new field names its inputs more simply. */
const creatingInput = (field: string): string =>
  field === 'attr_label'
    ? 'label'
    : field === 'attr_options' || field === 'attr_value'
      ? 'options'
      : field === 'type'
        ? 'name'
        : 'type';

/** What the form says of the field, as lines to write: those that differ from the file. */
function changesOf(step: Step, { field, settings }: Editing): readonly SettingChange[] {
  const written = writtenFor(settings, field.name);
  const attributes = Object.keys(step.request.body).filter((input) => /^attr_[a-z0-9_.-]+$/.test(input));
  const changes = attributes.flatMap((input): SettingChange[] => {
    const attribute = input.slice('attr_'.length);
    const value = typed(step, input);
    const before = written.get(attribute);
    if (value === (before ?? '')) return [];
    return [{ section: SECTION, name: `${field.name}.${attribute}`, value: value === '' ? null : value }];
  });
  const type = typed(step, 'type');
  const retyped = isOwn(settings, field) && type !== '' && type !== field.type;
  return retyped ? [{ section: SECTION, name: field.name, value: type }, ...changes] : changes;
}

/** The field as the form would have it, with what is wrong that was not wrong before. */
async function drafted(
  step: Step,
): Promise<{ readonly editing: Editing; readonly changes: readonly SettingChange[]; readonly faults: readonly Problem[] }> {
  const { needs, ctx, name } = step;
  const settings = readFile(needs);
  const before = await findField(needs, ctx, settings, name);
  const changes = changesOf(step, before);
  const wanted = withChanges(settings, changes);
  const { fields, diagnoses } = await needs.fields.draft(ctx, wanted);
  const known = new Set(problemsOf(before.diagnoses, name).map(({ message }) => message));
  const faults = problemsOf(diagnoses, name).filter(({ message }) => !known.has(message));
  const field = fields.find((one) => one.name === name) ?? before.field;
  return { editing: { field, settings: wanted, diagnoses }, changes, faults };
}

async function preview(step: Step): Promise<Outcome> {
  return showField(step.needs, step.ctx, step.request, (await drafted(step)).editing);
}

async function save(step: Step): Promise<Outcome> {
  const { editing, changes, faults } = await drafted(step);
  const trouble = faults.length > 0 ? undefined : write(step, changes);
  const refused = trouble === undefined ? faults : [{ field: '', message: trouble }];
  if (refused.length > 0) return showField(step.needs, step.ctx, step.request, { ...editing, refused });
  return done(HOME, changes.length === 0 ? 'Nothing was changed.' : `The field ${step.name} is saved.`);
}

/** Takes the definition, or what adjusts a field of somebody else, out of the file. What tickets hold stays. */
async function remove(step: Step): Promise<Outcome> {
  const { needs, ctx, request, name } = step;
  const settings = readFile(needs);
  const lines = settings.entries(SECTION).filter(([key]) => key === name || key.startsWith(`${name}.`));
  if (lines.length === 0) throw new NotFoundError(`trac.ini says nothing of a field “${name}”.`);
  const trouble = write(
    step,
    lines.map(([key]) => ({ section: SECTION, name: key, value: null })),
  );
  if (trouble !== undefined) return showFields(needs, ctx, request, { problems: [{ field: '', message: trouble }] });
  return done(HOME, `trac.ini no longer speaks of ${name}; what tickets hold in it is kept.`);
}

async function move(step: Step, by: -1 | 1): Promise<Outcome> {
  const { needs, ctx, request, name } = step;
  const { fields } = await needs.fields.draft(ctx, readFile(needs));
  const shown = fields.filter(({ internal }) => !internal);
  const trouble = write(step, moveChanges(shown, name, by));
  if (trouble !== undefined) return showFields(needs, ctx, request, { problems: [{ field: '', message: trouble }] });
  return { redirect: `${HOME}#list` };
}
