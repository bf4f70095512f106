import {
  type AdjunctType,
  component,
  type FieldSpec,
  IAdjunctService,
  IPermissionService,
  ITicketActionController,
  ITicketFieldProvider,
  normaliseCc,
  type OperationContext,
  option,
} from 'tracts';

const defaultFor = (name: string, fallback: string) =>
  option.text('ticket', `default_${name}`, fallback, `Default ${name} of a new ticket.`);

/** Field, vocabulary, in display order: the fields whose choices an administrator keeps. */
const VOCABULARIES = [
  ['priority', 'priority'],
  ['milestone', 'milestone'],
  ['component', 'component'],
  ['version', 'version'],
  ['severity', 'severity'],
] as const satisfies readonly (readonly [string, AdjunctType])[];

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
    ),
    allowedEmpty: option.list('ticket', 'allowed_empty_fields', ['milestone', 'version'], 'Choices that may be left empty.'),
    maxSummary: option.int('ticket', 'max_summary_size', 262144, 'Characters a summary may have; 0 for any number.'),
    maxDescription: option.int('ticket', 'max_description_size', 262144, 'Characters a description may have; 0 for any number.'),
  },
  create: ({ adjuncts, controllers, permissions, options }) => {
    const optional = (name: string) => (options.allowedEmpty.includes(name) ? { optional: true } : {});

    async function choice(ctx: OperationContext, name: keyof typeof options & string, type: AdjunctType): Promise<FieldSpec[]> {
      const values = await adjuncts.list(ctx, type);
      if (values.length === 0) return [];
      return [{ name, type: 'select', value: options[name], options: values.map((one) => one.name), ...optional(name) }];
    }

    function owner(ctx: OperationContext): FieldSpec {
      const common = { name: 'owner', value: options.owner, createPermission: 'TICKET_MODIFY' } as const;
      if (!options.restrictOwner) return { ...common, type: 'text' };
      return {
        ...common,
        type: 'select',
        options: permissions.usersWith(ctx, 'TICKET_MODIFY', { realm: 'ticket' }),
        optional: true,
      };
    }

    const statuses = (): string[] => [...new Set([...controllers].flatMap((one) => one.getAllStatus?.() ?? []))].sort();
    const derived = { editable: false } as const;

    return {
      async getTicketFields(ctx) {
        const resolutions = (await adjuncts.list(ctx, 'resolution')).map(({ name }) => name);
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
          { name: 'reporter', type: 'text', editPermission: 'TICKET_ADMIN', createPermission: 'TICKET_ADMIN' },
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
          ...(await choice(ctx, 'type', 'ticket_type')),
          { name: 'status', type: 'radio', value: '', options: statuses(), optional: true, ...derived },
          ...(await Promise.all(VOCABULARIES.map(([name, type]) => choice(ctx, name, type)))).flat(),
          ...(resolutions.length > 0
            ? [{ name: 'resolution', type: 'radio', value: options.resolution, options: resolutions, optional: true, ...derived }]
            : []),
          { name: 'keywords', type: 'text', format: 'list', value: options.keywords, fullrow: true },
          { name: 'cc', type: 'text', format: 'list', value: options.cc, fullrow: true, normalise: normaliseCc },
          { name: 'time', type: 'time', format: 'relative', label: 'Created', ...derived },
          { name: 'changetime', type: 'time', format: 'relative', label: 'Modified', ...derived },
        ];
        // Negative orders keep the built-in fields before custom ones, whose order an administrator counts from 0 (FD-09).
        return specs.map((spec, index) => ({ ...spec, order: index - 1000 }));
      },
    };
  },
});
