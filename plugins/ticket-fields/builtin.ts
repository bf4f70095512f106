import {
  type Adjunct,
  type AdjunctType,
  component,
  type FieldSpec,
  IAdjunctService,
  IPermissionService,
  ITicketActionController,
  ITicketFieldProvider,
  normaliseCc,
  type OperationContext,
  type OptionGroup,
  option,
} from 'tracts';

/** Trac's three groups (TF-01), each in display order. */
function groupMilestones(milestones: readonly Adjunct[]): readonly OptionGroup[] {
  const named = (label: string, isIn: (one: Adjunct) => boolean) => ({
    label,
    options: milestones.filter(isIn).map(({ name }) => name),
  });
  return [
    named('Open, by due date', ({ completed, due }) => !completed && due !== undefined),
    named('Open, no due date', ({ completed, due }) => !completed && due === undefined),
    named('Closed', ({ completed }) => completed !== undefined),
  ];
}

const defaultFor = (name: string, fallback: string) =>
  option.text('ticket', `default_${name}`, fallback, `Default ${name} of a new ticket.`);

/** A limit that cannot be read is Trac's: it must not cost all fields. */
const maxSizeOf = (name: string) =>
  option.int('ticket', `max_${name}_size`, MAX_SIZE, `Characters a ${name} may have; 0 for any number.`, { otherwise: MAX_SIZE });
const MAX_SIZE = 262_144;

/** Fields whose choices an administrator keeps, in display order; each draws on the vocabulary of its name. */
const VOCABULARIES = ['priority', 'milestone', 'component', 'version', 'severity'] as const satisfies readonly AdjunctType[];
const TYPES = ['ticket_type', 'resolution', ...VOCABULARIES] as const satisfies readonly AdjunctType[];
type Lists = Readonly<Record<(typeof TYPES)[number], readonly Adjunct[]>>;

const PERSON = { type: 'text', attributes: { complete: 'user' } } as const;
const PEOPLE = { type: 'text', format: 'list', attributes: { complete: 'users' } } as const;

/**
 * Trac's own fields (FD-01) in Trac's order, before any custom one. A choice with nothing to choose from is left out
 * (FD-02): that is how severity is off until somebody adds values.
 */
export const BuiltinFields = component({
  doc: "Trac's ticket fields: summary, reporter, owner, description, type, status, priority, ...",
  implements: [ITicketFieldProvider],
  uses: { adjuncts: IAdjunctService, controllers: ITicketActionController, permissions: IPermissionService },
  options: {
    summary: defaultFor('summary', ''),
    description: defaultFor('description', ''),
    keywords: defaultFor('keywords', ''),
    cc: defaultFor('cc', ''),
    type: defaultFor('type', 'defect'),
    priority: defaultFor('priority', 'major'),
    milestone: defaultFor('milestone', ''),
    component: defaultFor('component', ''),
    version: defaultFor('version', ''),
    severity: defaultFor('severity', ''),
    resolution: option.text('ticket', 'default_resolution', 'fixed', 'Resolution that closing a ticket proposes.'),
    owner: option.text(
      'ticket',
      'default_owner',
      '< default >',
      'Owner of a new ticket; “< default >” is the owner of its component.',
    ),
    restrictOwner: option.bool(
      'ticket',
      'restrict_owner',
      false,
      'Offer only people with an account who hold TICKET_MODIFY as owners.',
      { otherwise: false },
    ),
    allowedEmpty: option.list('ticket', 'allowed_empty_fields', ['milestone', 'version'], 'Choices that may be left empty.'),
    maxSummary: maxSizeOf('summary'),
    maxDescription: maxSizeOf('description'),
  },
  create: ({ adjuncts, controllers, permissions, options }) => {
    const optional = (name: string) => (options.allowedEmpty.includes(name) ? { optional: true } : {});

    const choice = (name: keyof typeof options & string, values: readonly Adjunct[]): FieldSpec[] => {
      const spec = { name, type: 'select', value: options[name], options: values.map((one) => one.name), ...optional(name) };
      return values.length === 0 ? [] : [name === 'milestone' ? { ...spec, optionGroups: groupMilestones(values) } : spec];
    };

    function owner(ctx: OperationContext): FieldSpec {
      const common = { name: 'owner', value: options.owner, createPermission: 'TICKET_MODIFY' } as const;
      if (!options.restrictOwner) return { ...common, ...PERSON };
      return {
        ...common,
        type: 'select',
        options: permissions.usersWith(ctx, 'TICKET_MODIFY', { realm: 'ticket' }),
        optional: true,
      };
    }

    const statuses = (): string[] => [...new Set([...controllers].flatMap((one) => one.getAllStatus?.() ?? []))].sort();
    const derived = { editable: false } as const;

    const build = (ctx: OperationContext, lists: Lists): readonly FieldSpec[] => {
      const resolutions = lists.resolution.map(({ name }) => name);
      const specs: FieldSpec[] = [
        {
          name: 'summary',
          type: 'text',
          value: options.summary,
          required: true,
          fullrow: true,
          visible: false,
          editable: true,
          maxSize: options.maxSummary,
        },
        { name: 'reporter', ...PERSON, editPermission: 'TICKET_ADMIN', createPermission: 'TICKET_ADMIN' },
        owner(ctx),
        {
          name: 'description',
          type: 'textarea',
          format: 'wiki',
          value: options.description,
          fullrow: true,
          rows: 10,
          maxSize: options.maxDescription,
          editPermission: 'TICKET_EDIT_DESCRIPTION',
        },
        ...choice('type', lists.ticket_type),
        { name: 'status', type: 'radio', value: '', options: statuses(), optional: true, ...derived },
        ...VOCABULARIES.flatMap((name) => choice(name, lists[name])),
        ...(resolutions.length > 0
          ? [{ name: 'resolution', type: 'radio', value: options.resolution, options: resolutions, optional: true, ...derived }]
          : []),
        { name: 'keywords', type: 'text', format: 'list', value: options.keywords, fullrow: true },
        { name: 'cc', ...PEOPLE, value: options.cc, fullrow: true, normalise: normaliseCc },
        { name: 'time', type: 'time', format: 'relative', label: 'Created', ...derived },
        { name: 'changetime', type: 'time', format: 'relative', label: 'Modified', ...derived },
      ];
      // Negative orders keep the built-in fields before custom ones, whose order an administrator counts from 0 (FD-09).
      return specs.map((spec, index) => ({ ...spec, order: index - 1000 }));
    };

    let last: { readonly edition: object; readonly directory: unknown; readonly specs: readonly FieldSpec[] } | undefined;
    const gather = async (ctx: OperationContext, edition: object | Promise<object>): Promise<readonly FieldSpec[]> => {
      // One after the other: a transaction has one connection, and PostgreSQL's takes no second query meanwhile.
      const known = await edition;
      const lists: [string, readonly Adjunct[]][] = [];
      for (const type of TYPES) lists.push([type, await adjuncts.list(ctx, type)]);
      const specs = build(ctx, Object.fromEntries(lists) as unknown as Lists);
      last = { edition: known, directory: ctx.directory, specs };
      return specs;
    };
    return {
      getTicketFields(ctx) {
        const edition = adjuncts.edition(ctx);
        const isLast = last?.edition === edition && last.directory === ctx.directory;
        return isLast && last ? last.specs : gather(ctx, edition);
      },
    };
  },
});
