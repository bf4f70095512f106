/** What trac.ini.example shows for a section whose options the administrator names. */
export interface Sample {
  readonly help: string;
  /** Lines as they would stand in the file; the example has them commented out. */
  readonly lines: string;
}

/** The free-form sections, each with a few lines that work when the comment signs are taken off. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  components: {
    help: `
Switches components on and off by name, as "tracts plugin list" shows them. A name may end in .* to stand for all that begin
so; the longest line that fits decides. Plugins in plugins/optional are off until a line here turns them on.`,
    lines: `
delete-ticket.* = enabled
timeline.* = disabled`,
  },
  'extra-permissions': {
    help: `
Permissions of your own, for the workflow or for plugins to ask for. A name with a list behind it includes the
permissions of the list; one with nothing behind it stands alone.`,
    lines: `
release_manager = QA_APPROVE, MILESTONE_ADMIN
qa_approve =`,
  },
  inherit: {
    help: `
Files whose settings apply wherever this file sets nothing itself, by a path relative to this file. Several are parted by
commas, and the first that sets an option wins. An option set to nothing here is set: it hides the inherited value.`,
    lines: `
file = ../../site.ini`,
  },
  mainnav: {
    help: `
Changes the main menu. Entries are called tickets, changes, newticket, admin and as plugins call theirs. A line "entry = disabled"
hides one; entry.label, entry.href, entry.order (a number; smaller stands further left) and entry.permission (needed besides what
the entry itself needs) change it. A line "entry = enabled" moves an entry here from the other menu or, with entry.href, makes a
new one.`,
    lines: `
tickets.label = All tickets
handbook = enabled
handbook.label = Handbook
handbook.href = https://example.org/handbook
handbook.permission = TICKET_VIEW`,
  },
  metanav: {
    help: `
Changes the menu of the account as [mainnav] changes the main menu. Its entries are called login, logout, prefs, about and search
(the box for ticket numbers).`,
    lines: `
admin = enabled
admin.label = Administration
about.order = 9`,
  },
  'milestone-groups': {
    help: `
The groups of statuses that a milestone's progress bar is made of. Each status may be in one group; * takes all that are left.`,
    lines: `
closed = closed
closed.order = 0
closed.overall_completion = true
active = *
active.order = 1
active.css_class = open`,
  },
  'ticket-custom': {
    help: `
Fields of your own on tickets: a line "name = type" makes one, further lines "name.attribute = value" shape it. Types are
text, textarea, checkbox, select, radio, time and those that plugins add. Options are parted by |; an empty one first makes
the choice optional.`,
    lines: `
customer = text
customer.label = Customer
customer.order = 1
risk = select
risk.options = |low|medium|high
risk.value = low`,
  },
  'ticket-workflow': {
    help: `
The workflow: a line "action = old statuses -> new status" makes an action, further lines "action.attribute = value" say who
may do it (permissions, any one of them suffices), what else it does (operations) and what it is called (label). The action
with the highest default is proposed first. <none> stands for a ticket that is being created and * for any status. Without a
line here the basic workflow applies. "tracts workflow check DIR" tells what is wrong with yours.`,
    lines: `
create = <none> -> new
create.default = 1
leave = * -> *
leave.operations = leave_status
leave.default = 1
accept = new, reopened -> accepted
accept.operations = set_owner_to_self
accept.permissions = TICKET_MODIFY
resolve = new, accepted, reopened -> closed
resolve.operations = set_resolution
resolve.permissions = TICKET_MODIFY
reopen = closed -> reopened
reopen.operations = del_resolution
reopen.permissions = TICKET_CREATE`,
  },
};
