import { AuthzPolicy } from './authz-policy.ts';
import { CorePermissions } from './core-permissions.ts';
import { SiteExamination } from './examination.ts';
import { GrantSystem } from './grants.ts';
import { OneTimeLinkSystem } from './one-time-links.ts';
import { PasswordSystem } from './password-service.ts';
import { PermissionSystem } from './permissions.ts';
import { DefaultPermissionPolicy, DefaultTicketPolicy } from './policies.ts';
import { SessionSystem } from './sessions.ts';
import { UserSystem } from './users.ts';

export { DEFAULT_GRANTS } from './core-permissions.ts';
export { createLateFailures, type LateFailures } from './late-failures.ts';
export { createContexts } from './operation.ts';
export { sessionFinder } from './visitors.ts';

/** This folder's components, for the composition of a site. */
export const components = {
  AuthzPolicy,
  CorePermissions,
  DefaultPermissionPolicy,
  DefaultTicketPolicy,
  GrantSystem,
  OneTimeLinkSystem,
  PasswordSystem,
  PermissionSystem,
  SessionSystem,
  SiteExamination,
  UserSystem,
};
