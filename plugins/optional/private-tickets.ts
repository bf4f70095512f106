import { component, IPermissionPolicy, ITicketFieldProvider, ticketAsked } from 'tracts';

/**
 * A box “Private”: such a ticket is there only for its reporter, its owner, who is in its Cc, and holders of
 * TICKET_VIEW_PRIVATE: on its page, in lists and their counts, in completion and links. The policy must be named, and first:
 *
 *     [components]
 *     private-tickets.* = enabled
 *     [trac]
 *     permission_policies = PrivateTickets, DefaultWikiPolicy, DefaultTicketPolicy, DefaultPermissionPolicy, LegacyAttachmentPolicy
 *     [ticket-custom]
 *     private.edit_permission = TICKET_ADMIN
 *
 * The last line, if you like, lets nobody else change the box later.
 */
export const PrivateTickets = component({
  doc: 'Adds the field “Private”; a private ticket is shown only to those concerned.',
  implements: [ITicketFieldProvider, IPermissionPolicy],
  permissions: { TICKET_VIEW_PRIVATE: 'See private tickets of others.' },
  includes: { TICKET_ADMIN: ['TICKET_VIEW_PRIVATE'] },
  create: () => ({
    getTicketFields: () => [
      {
        name: 'private',
        type: 'checkbox',
        label: 'Private',
        help: 'Only reporter, owner, Cc and administrators see the ticket.',
      },
    ],

    checkPermission(permission, { user, holds }, resource) {
      const ticket = permission.startsWith('TICKET_') ? ticketAsked(resource) : undefined;
      if (!ticket || ticket.values?.['private'] === '0' || ticket.values?.['private'] === '') return undefined;
      // Not known to be public: refused as well, so that whoever forgets to load the field gives nothing away.
      const { reporter, owner, cc } = ticket.values ?? {};
      const concerned: readonly unknown[] = [reporter, owner, ...String(cc ?? '').split(/[;,\s]+/)];
      const isConcerned = user.authenticated && concerned.includes(user.name);
      return isConcerned || holds('TICKET_VIEW_PRIVATE') ? undefined : false;
    },
    isUniform: (permission) => !permission.startsWith('TICKET_'),
  }),
});
