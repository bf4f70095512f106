import { component, IPermissionPolicy } from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { enter, type Visitor, visit } from '../support/visitor.ts';

/** From nobody to everybody's boss. */
export const PEOPLE = ['anonymous', 'reporter', 'writer', 'dev', 'boss', 'admin'] as const;
export type Person = (typeof PEOPLE)[number];
const GRANTS = {
  anonymous: ['TICKET_VIEW', 'TICKET_CREATE'],
  writer: ['TICKET_APPEND'],
  dev: ['TICKET_MODIFY', 'TICKET_CREATE'],
  boss: ['TICKET_ADMIN'],
  admin: ['TRAC_ADMIN'],
};

/** Hides “salary” from all but two, and lets nobody else edit the version. */
const FieldPolicy = component({
  implements: [IPermissionPolicy],
  create: () => ({
    judgesFields: () => true,
    checkPermission: (permission, who, resource) => {
      if (resource?.realm !== 'field' || who.holds('TICKET_ADMIN')) return undefined;
      return resource.id === (permission === 'TICKET_FIELD_VIEW' ? 'salary' : 'version') ? false : undefined;
    },
  }),
});

const INI = `[trac]
permission_policies = policy.FieldPolicy, DefaultTicketPolicy, DefaultPermissionPolicy
[ticket-custom]
steps = text
steps.visible_if = type=defect
effort = text
effort.required_if = action=resolve
done = checkbox
done.editable_if = type=task
level = select
level.options = low|mid|high
level.value = mid
frozen = text
frozen.value = ice
frozen.disabled = yes
internal = text
internal.visible = no
formal = text
formal.edit_permission = TICKET_ADMIN
formal.create_permission = TICKET_ADMIN
salary = text
salary.value = 1
cc.hidden = yes
summary.edit_permission = TICKET_ADMIN
`;

/** A site with people who may do this and that, each with a browser. */
export interface Stage {
  readonly site: TestSite;
  readonly visitors: ReadonlyMap<Person, Visitor>;
}

/** Makes the site on which the submissions are tried. */
export async function stage(database: { readonly url: string; readonly dir: string }): Promise<Stage> {
  const site = await testSite({ ini: INI, grants: GRANTS, plugins: { policy: { FieldPolicy } }, database });
  const visitors = new Map<Person, Visitor>();
  for (const person of PEOPLE) visitors.set(person, person === 'anonymous' ? visit(site) : await enter(site, person));
  return { site, visitors };
}
