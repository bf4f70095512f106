import {
  component,
  type FieldSpec,
  IAdjunctService,
  nearest,
  option,
  type Problem,
  type TicketContext,
  type Values,
} from 'tracts';
import { IWorkflowOperation, type WorkflowAction, type WorkflowFinding, type WorkflowSite } from '../api.ts';
import { splitList } from '../parse.ts';

const ownList = ({ attributes }: WorkflowAction): readonly string[] | undefined =>
  attributes['set_resolution'] === undefined ? undefined : [...new Set(splitList(attributes['set_resolution']))];

function* checkResolutions(action: WorkflowAction, { resolutions }: WorkflowSite): Iterable<WorkflowFinding> {
  const list = ownList(action) ?? resolutions;
  const lost = `The action "${action.name}" is not available:`;
  const finding = { severity: 'error', attribute: 'set_resolution' } as const;
  if (list?.length === 0) {
    const message = `${lost} it sets a resolution, but there is none to choose.`;
    yield { ...finding, message, remedy: 'List resolutions, or remove the line to offer all of them.' };
  }
  for (const name of list ?? []) {
    if (!resolutions || resolutions.includes(name)) continue;
    const near = nearest(name, resolutions);
    const remedy = near ? `Did you mean "${near}"?` : 'Add it to the resolutions, or remove it from the list.';
    yield { ...finding, message: `${lost} the resolution "${name}" is not defined.`, remedy };
  }
}

function* judgeResolution({ options = [], control = '' }: FieldSpec, inputs: Values): Iterable<Problem> {
  if (!('resolution' in inputs)) return;
  const resolution = String(inputs['resolution'] ?? '');
  if (!options.includes(resolution))
    yield { field: control, message: `“${resolution}” is not one of the resolutions of this action.` };
}

function resolutionField({ name }: WorkflowAction, options: readonly string[], preset: string): FieldSpec {
  const value = options.length === 1 ? options[0] : options.includes(preset) ? preset : undefined;
  const control = `action_${name}_resolve_resolution`;
  return { name: 'resolution', type: 'select', label: 'as', title: 'Resolution', control, order: -1, options, value };
}

/** Asks for a resolution. A list with an undefined name costs this action, not the page (golden case c11). */
export const SetResolution = component({
  doc: 'Workflow operation set_resolution: asks for the resolution.',
  implements: [IWorkflowOperation],
  uses: { adjuncts: IAdjunctService },
  options: {
    preset: option.text('ticket', 'default_resolution', 'fixed', 'The resolution that is proposed when a ticket is resolved.'),
  },
  create: ({ adjuncts, options: { preset } }) => {
    const told = new Set<string>();
    const tell = ({ log }: TicketContext, action: WorkflowAction, resolutions: readonly string[]): void => {
      for (const { message, remedy } of checkResolutions(action, { resolutions })) {
        if (!told.has(message)) log.error(message, { remedy, ...(action.places.get('set_resolution') ?? action.places.get('')) });
        told.add(message);
      }
    };
    return {
      name: 'set_resolution',
      doc: 'Asks for the resolution.',
      async plan(ctx, action) {
        const defined = (await adjuncts.list(ctx, 'resolution')).map(({ name }) => name);
        const own = ownList(action);
        const offered = own ?? defined;
        if (offered.length === 0 || offered.some((name) => !defined.includes(name))) {
          tell(ctx, action, defined);
          return undefined;
        }
        const field = resolutionField(action, offered, preset);
        return {
          inputs: [field],
          hint: offered.length === 1 ? `The resolution will be ${offered[0]}.` : 'The resolution will be set.',
          changes: (inputs) => ({ resolution: 'resolution' in inputs ? inputs['resolution'] : (own?.[0] ?? '') }),
          problems: (inputs) => judgeResolution(field, inputs),
        };
      },
      check: checkResolutions,
    };
  },
});

/** Clears the resolution. */
export const DelResolution = component({
  doc: 'Workflow operation del_resolution: the resolution is cleared.',
  implements: [IWorkflowOperation],
  create: () => ({
    name: 'del_resolution',
    doc: 'The resolution is cleared.',
    plan: () => ({ hint: 'The resolution will be cleared.', changes: () => ({ resolution: '' }) }),
  }),
});
