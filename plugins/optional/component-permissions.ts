import {
  type Adjunct,
  type AdjunctType,
  component,
  type Diagnosis,
  IDiagnostician,
  IPermissionPolicy,
  IPermissionService,
  ISettings,
  ITicketAdjunctChangeListener,
  ITicketManipulator,
  TracError,
  ticketAsked,
} from 'tracts';

const SECTION = 'component-permissions';

/**
 * The tickets of a component need a permission of their own: `NAME = PERMISSION` to see them and do anything with them,
 * `NAME.edit = PERMISSION` for all but seeing. The policy must be named, and first. A component with a line here cannot be
 * renamed: its tickets would lie open.
 *
 *     [components]
 *     component-permissions.* = enabled
 *     [trac]
 *     permission_policies = ComponentPermissions, DefaultWikiPolicy, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy
 *     [extra-permissions]
 *     CORE_VIEW =
 *     CORE_EDIT = CORE_VIEW
 *     [component-permissions]
 *     core = CORE_VIEW
 *     core.edit = CORE_EDIT
 */
export const ComponentPermissions = component({
  doc: 'Asks for a permission by component, as [component-permissions] in trac.ini says.',
  implements: [IPermissionPolicy, ITicketManipulator, ITicketAdjunctChangeListener, IDiagnostician],
  uses: { settings: ISettings, permissions: IPermissionService },
  sections: { [SECTION]: 'Permissions that tickets of a component need: COMPONENT = PERMISSION, COMPONENT.edit = PERMISSION.' },
  create: ({ settings, permissions }) => {
    const needs = (name: unknown, isEdit: boolean): readonly string[] =>
      [settings.get(SECTION, String(name)), isEdit ? settings.get(SECTION, `${name}.edit`) : undefined].flatMap(
        (permission) => permission?.trim() || [],
      );
    const keep = (type: AdjunctType, { name }: Adjunct): void => {
      if (type !== 'component' || needs(name, true).length === 0) return;
      throw new TracError(
        'COMPONENT',
        `Take ${name} out of [${SECTION}] in trac.ini first: by another name its tickets would lie open.`,
        409,
      );
    };
    return {
      checkPermission(permission, { holds }, resource) {
        const ticket = permission.startsWith('TICKET_') ? ticketAsked(resource) : undefined;
        if (!ticket || holds('TRAC_ADMIN')) return undefined;
        if (!ticket.values) return false;
        return needs(ticket.values['component'], permission !== 'TICKET_VIEW').every(holds) ? undefined : false;
      },
      isUniform: (permission) => !permission.startsWith('TICKET_'),

      prepareTicket(ctx, form) {
        const field = form.fields.get('component');
        if (!field?.editable || ctx.can('TRAC_ADMIN')) return;
        const stored = ctx.ticket.exists ? field.value : undefined;
        field.options = field.options.filter((name) => name === stored || needs(name, true).every((one) => ctx.can(one)));
        if (!ctx.ticket.exists && !field.options.includes(String(field.value))) field.value = '';
      },

      adjunctRenamed: (_ctx, type, _value, before) => keep(type, before),
      adjunctDeleted: (_ctx, type, value) => keep(type, value),

      diagnose: () =>
        settings
          .entries(SECTION)
          .filter(([, permission]) => !permissions.all().has(permission.trim()))
          .map(
            ([key, permission]): Diagnosis => ({
              severity: 'error',
              message: `[${SECTION}] ${key}: there is no permission "${permission}"; until this is put right only TRAC_ADMIN gets there.`,
              remedy: `Add it to [extra-permissions]. Example: ${permission.trim() || 'CORE_VIEW'} =`,
              place: settings.place(SECTION, key),
            }),
          ),
    };
  },
});
