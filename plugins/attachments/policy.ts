import { component, IPermissionPolicy, type PolicyContext, type Resource } from 'tracts';

/** What is needed of the thing that a file belongs to, where nobody was given the permission on files itself (Trac). */
const INSTEAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ATTACHMENT_CREATE: { ticket: 'TICKET_APPEND', milestone: 'MILESTONE_MODIFY' },
  ATTACHMENT_VIEW: { ticket: 'TICKET_VIEW', milestone: 'MILESTONE_VIEW' },
  ATTACHMENT_DELETE: { ticket: 'TICKET_ADMIN', milestone: 'MILESTONE_DELETE' },
};

/** Only a login proves whose file it is. */
const isOwn = ({ user }: PolicyContext, { object }: Resource): boolean =>
  user.authenticated &&
  typeof object === 'object' &&
  object !== null &&
  (object as { readonly author?: unknown }).author === user.name;

/**
 * Who may comment may attach, who may view may see the files, and whoever uploaded one may take it away.
 *
 * Asked after plain grants: ATTACHMENT_CREATE given to somebody counts without TICKET_APPEND.
 */
export const LegacyAttachmentPolicy = component({
  doc: 'Goes by the permissions on what a file is attached to; people may delete their own files.',
  implements: [IPermissionPolicy],
  permissions: {
    ATTACHMENT_ADMIN: 'Everything about attached files.',
    ATTACHMENT_CREATE: 'Attach files, without the right to comment too.',
    ATTACHMENT_DELETE: "Delete and replace other people's files.",
    ATTACHMENT_VIEW: 'See attached files.',
  },
  includes: { ATTACHMENT_ADMIN: ['ATTACHMENT_CREATE', 'ATTACHMENT_DELETE', 'ATTACHMENT_VIEW'] },
  create: () => ({
    checkPermission: (permission, who, resource) => {
      const instead = INSTEAD[permission];
      if (!instead || resource?.realm !== 'attachment') return undefined;
      const needed = instead[resource.parent?.realm ?? ''];
      if (needed === undefined) return undefined;
      if (permission === 'ATTACHMENT_DELETE' && isOwn(who, resource)) return true;
      return who.can(needed, resource.parent) ? true : undefined;
    },
    isUniform: (permission) => !Object.hasOwn(INSTEAD, permission),
  }),
});
