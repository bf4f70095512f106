import { component } from '../kernel/component.ts';
import type { Resource } from './context.ts';
import { IPermissionPolicy, type PolicyContext } from './extension-points.ts';

/** Grants what was granted, with groups and meta permissions, on every resource alike. */
export const DefaultPermissionPolicy = component({
  doc: 'Grants what was granted, on every resource alike.',
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission, who) => (who.holds(permission) ? true : undefined),
    isUniform: () => true,
  }),
});

/** People may correct their own words, and whoever sees a milestone may put tickets into it (PM-07). */
export const DefaultTicketPolicy = component({
  doc: 'People may edit descriptions of tickets they reported and their own comments; who sees a milestone may use it.',
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission, who, resource) => {
      if (!resource || resource.id === undefined) return undefined;
      return RULES[permission]?.(who, resource) ? true : undefined;
    },
    isUniform: (permission) => !Object.hasOwn(RULES, permission),
  }),
});

const RULES: Readonly<Record<string, (who: PolicyContext, resource: Resource) => boolean>> = {
  TICKET_EDIT_DESCRIPTION: (who, resource) =>
    resource.realm === 'ticket' &&
    isSame(who, reporterOf(resource.object)) &&
    (who.can('TICKET_APPEND', resource) || who.can('TICKET_CHGPROP', resource)),
  TICKET_EDIT_COMMENT: (who, resource) =>
    resource.realm === 'comment' && isSame(who, textOf(resource.object, 'author')) && who.can('TICKET_APPEND', resource.parent),
  TICKET_CHG_MILESTONE: (who, resource) => resource.realm === 'milestone' && who.can('MILESTONE_VIEW', resource),
};

/** Only a login proves who somebody is: a name that an anonymous person typed is nobody's. */
const isSame = ({ user }: PolicyContext, name: string | undefined): boolean => user.authenticated && user.name === name;

const textOf = (object: unknown, key: string): string | undefined => {
  const value = typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : undefined;
};

const reporterOf = (ticket: unknown): string | undefined =>
  typeof ticket === 'object' && ticket !== null ? textOf((ticket as { values?: unknown }).values, 'reporter') : undefined;
