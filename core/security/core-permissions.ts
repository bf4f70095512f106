import { component } from '../kernel/component.ts';

/** Permissions that Trac's core defines for what Tracts has too, with what each includes (PM-01, PM-02). */
export const CorePermissions = component({
  doc: "Defines Trac's permissions.",
  implements: [],
  permissions: {
    TRAC_ADMIN: 'Do everything. Includes every permission there is.',
    CONFIG_VIEW: 'See the configuration on the About page.',
    EMAIL_VIEW: 'See e-mail addresses in full.',
    MILESTONE_ADMIN: 'Everything about milestones.',
    MILESTONE_CREATE: 'Create milestones.',
    MILESTONE_DELETE: 'Delete milestones.',
    MILESTONE_MODIFY: 'Change milestones.',
    MILESTONE_VIEW: 'See milestones.',
    PERMISSION_ADMIN: 'Grant and take away permissions.',
    PERMISSION_GRANT: 'Grant permissions.',
    PERMISSION_REVOKE: 'Take permissions away.',
    REPORT_ADMIN: 'Everything about reports.',
    REPORT_CREATE: 'Create reports.',
    REPORT_DELETE: 'Delete reports.',
    REPORT_MODIFY: 'Change reports.',
    REPORT_SQL_VIEW: 'See the SQL of reports.',
    REPORT_VIEW: 'See reports.',
    ROADMAP_ADMIN: 'Everything about the roadmap and its milestones.',
    ROADMAP_VIEW: 'See the roadmap.',
    SEARCH_VIEW: 'Search.',
    TICKET_ADMIN: 'Everything about tickets, setting the reporter included.',
    TICKET_APPEND: 'Comment on tickets and attach files.',
    TICKET_BATCH_MODIFY: 'Change many tickets at once.',
    TICKET_CHGPROP: "Change tickets' fields.",
    TICKET_CREATE: 'File tickets.',
    TICKET_EDIT_CC: 'Edit the whole list of people copied in, not only oneself.',
    TICKET_EDIT_COMMENT: "Edit other people's comments.",
    TICKET_EDIT_DESCRIPTION: 'Edit descriptions.',
    TICKET_MODIFY: 'Comment on tickets and change their fields.',
    TICKET_VIEW: 'See tickets.',
    TIMELINE_VIEW: 'See the timeline.',
  },
  includes: {
    MILESTONE_ADMIN: ['MILESTONE_CREATE', 'MILESTONE_DELETE', 'MILESTONE_MODIFY', 'MILESTONE_VIEW'],
    PERMISSION_ADMIN: ['PERMISSION_GRANT', 'PERMISSION_REVOKE'],
    REPORT_ADMIN: ['REPORT_CREATE', 'REPORT_DELETE', 'REPORT_MODIFY', 'REPORT_SQL_VIEW', 'REPORT_VIEW'],
    ROADMAP_ADMIN: ['MILESTONE_CREATE', 'MILESTONE_DELETE', 'MILESTONE_MODIFY', 'MILESTONE_VIEW', 'ROADMAP_VIEW'],
    TICKET_ADMIN: [
      'TICKET_BATCH_MODIFY',
      'TICKET_CREATE',
      'TICKET_EDIT_CC',
      'TICKET_EDIT_COMMENT',
      'TICKET_EDIT_DESCRIPTION',
      'TICKET_MODIFY',
      'TICKET_VIEW',
    ],
    TICKET_BATCH_MODIFY: ['TICKET_MODIFY'],
    TICKET_MODIFY: ['TICKET_APPEND', 'TICKET_CHGPROP'],
  },
  create: () => ({}),
});

/** What a new environment grants, as in Trac (PM-03). */
export const DEFAULT_GRANTS: Readonly<Record<string, readonly string[]>> = {
  anonymous: ['MILESTONE_VIEW', 'REPORT_SQL_VIEW', 'REPORT_VIEW', 'ROADMAP_VIEW', 'SEARCH_VIEW', 'TICKET_VIEW', 'TIMELINE_VIEW'],
  authenticated: ['TICKET_CREATE', 'TICKET_MODIFY'],
};
