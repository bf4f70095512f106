import { component, IConfigurationPresets } from 'tracts';

/** The workflows that `tracts init --workflow NAME` can start from. */
export const PRESET_NAMES = ['basic', 'simple', 'opensource', 'enterprise', 'review'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

const BASIC = `# Basic: somebody files, somebody takes it, somebody resolves it.
# Means the same as the workflow of a new Trac environment.
[ticket-workflow]
# On any ticket: comment and edit, the status stays.
leave = * -> *
leave.default = 1
leave.operations = leave_status

create = <none> -> new
create.default = 1

create_and_assign = <none> -> assigned
create_and_assign.label = assign
create_and_assign.permissions = TICKET_MODIFY
create_and_assign.operations = may_set_owner

accept = new,assigned,accepted,reopened -> accepted
accept.permissions = TICKET_MODIFY
accept.operations = set_owner_to_self

reassign = new,assigned,accepted,reopened -> assigned
reassign.permissions = TICKET_MODIFY
reassign.operations = set_owner

resolve = new,assigned,accepted,reopened -> closed
resolve.permissions = TICKET_MODIFY
resolve.operations = set_resolution

reopen = closed -> reopened
reopen.permissions = TICKET_CREATE
reopen.operations = del_resolution
`;

const SIMPLE = `# Simple: three states for a small team. Nobody assigns; people take tickets and give them back.
[ticket-workflow]
leave = * -> *
leave.label = comment
leave.default = 10
leave.operations = leave_status

create = <none> -> open

take = open,in_progress -> in_progress
take.permissions = TICKET_MODIFY
take.operations = set_owner_to_self
take.default = 5

give_back = in_progress -> open
give_back.permissions = TICKET_MODIFY
give_back.operations = del_owner

close = open,in_progress -> closed
close.permissions = TICKET_MODIFY
close.operations = set_resolution

reopen = closed -> open
reopen.permissions = TICKET_CREATE
reopen.operations = del_resolution
`;

const OPENSOURCE = `# Open source: reports come from anybody and are triaged first; reporters are asked for what is missing.
[ticket-workflow]
leave = * -> *
leave.label = comment
leave.default = 10
leave.operations = leave_status

report = <none> -> new
report.default = 1

# Maintainers know their own bugs: straight into the accepted ones.
report_accepted = <none> -> accepted
report_accepted.label = report as accepted
report_accepted.permissions = TICKET_MODIFY
report_accepted.operations = may_set_owner

accept = new,needs_info -> accepted
accept.label = accept as valid
accept.permissions = TICKET_MODIFY
accept.default = 5

ask = new,accepted,in_progress -> needs_info
ask.label = ask the reporter
ask.permissions = TICKET_MODIFY

# Anybody who may comment can bring the answer.
answer = needs_info -> new
answer.permissions = TICKET_APPEND
answer.default = 20

start = new,accepted,in_progress -> in_progress
start.label = work on it
start.permissions = TICKET_MODIFY
start.operations = set_owner_to_self

release = in_progress -> accepted
release.label = stop working on it
release.permissions = TICKET_MODIFY
release.operations = del_owner

fix = accepted,in_progress -> closed
fix.permissions = TICKET_MODIFY
fix.operations = set_resolution
fix.set_resolution = fixed

reject = new,needs_info,accepted -> closed
reject.permissions = TICKET_MODIFY
reject.operations = set_resolution
reject.set_resolution = invalid, wontfix, duplicate, worksforme

reopen = closed -> new
reopen.permissions = TICKET_CREATE
reopen.operations = del_resolution, del_owner
`;

const ENTERPRISE = `# Enterprise: work is assigned, somebody else tests it, and only then it is closed.
[ticket-workflow]
leave = * -> *
leave.label = comment
leave.default = 10
leave.operations = leave_status

create = <none> -> new

create_assigned = <none> -> assigned
create_assigned.label = create and assign
create_assigned.permissions = TICKET_MODIFY
create_assigned.operations = may_set_owner

assign = new,assigned,in_work,reopened -> assigned
assign.permissions = TICKET_MODIFY
assign.operations = set_owner

start = new,assigned,reopened -> in_work
start.label = start work
start.permissions = TICKET_MODIFY
start.operations = set_owner_to_self
start.default = 5

hand_to_test = in_work -> in_test
hand_to_test.label = hand over for test to
hand_to_test.permissions = TICKET_MODIFY
hand_to_test.operations = may_set_owner
hand_to_test.default = 5

pass = in_test -> closed
pass.label = test passed, close
pass.permissions = TICKET_MODIFY
pass.operations = set_resolution
pass.set_resolution = fixed
pass.default = 5

fail = in_test -> assigned
fail.label = test failed, back to
fail.permissions = TICKET_MODIFY
fail.operations = set_owner

reject = new,assigned,in_work,reopened -> closed
reject.permissions = TICKET_MODIFY
reject.operations = set_resolution
reject.set_resolution = invalid, wontfix, duplicate, worksforme

reopen = closed -> reopened
reopen.permissions = TICKET_MODIFY
reopen.operations = del_resolution
`;

const REVIEW = `# Review: as the enterprise workflow, and a colleague reads every change before it is tested.
[ticket-workflow]
leave = * -> *
leave.label = comment
leave.default = 10
leave.operations = leave_status

create = <none> -> new

create_assigned = <none> -> assigned
create_assigned.label = create and assign
create_assigned.permissions = TICKET_MODIFY
create_assigned.operations = may_set_owner

assign = new,assigned,in_work,reopened -> assigned
assign.permissions = TICKET_MODIFY
assign.operations = set_owner

start = new,assigned,reopened -> in_work
start.label = start work
start.permissions = TICKET_MODIFY
start.operations = set_owner_to_self
start.default = 5

request_review = in_work -> in_review
request_review.label = request review by
request_review.permissions = TICKET_MODIFY
request_review.operations = set_owner
request_review.default = 5

approve = in_review -> in_test
approve.label = approve, test by
approve.permissions = TICKET_MODIFY
approve.operations = may_set_owner
approve.default = 5

request_changes = in_review -> in_work
request_changes.label = request changes from
request_changes.permissions = TICKET_MODIFY
request_changes.operations = set_owner

pass = in_test -> closed
pass.label = test passed, close
pass.permissions = TICKET_MODIFY
pass.operations = set_resolution
pass.set_resolution = fixed
pass.default = 5

fail = in_test -> in_work
fail.label = test failed, back to
fail.permissions = TICKET_MODIFY
fail.operations = set_owner

reject = new,assigned,in_work,reopened -> closed
reject.permissions = TICKET_MODIFY
reject.operations = set_resolution
reject.set_resolution = invalid, wontfix, duplicate, worksforme

reopen = closed -> reopened
reopen.permissions = TICKET_MODIFY
reopen.operations = del_resolution
`;

const TEXTS: Readonly<Record<PresetName, string>> = {
  basic: BASIC,
  simple: SIMPLE,
  opensource: OPENSOURCE,
  enterprise: ENTERPRISE,
  review: REVIEW,
};

/** A ready [ticket-workflow] section with comments, to paste into a trac.ini. */
export const presetText = (name: PresetName): string => TEXTS[name];

/** The option names and values of a preset. Reads only our own texts above: one `name = value` a line. */
export const presetEntries = (name: PresetName): readonly (readonly [string, string])[] =>
  [...TEXTS[name].matchAll(/^([\w.]+) = (.*)$/gm)].map(([, key = '', value = '']) => [key, value] as const);

/** Offers these texts to `tracts init --workflow`. */
export const WorkflowPresets = component({
  doc: 'Workflows that a new environment can start with.',
  implements: [IConfigurationPresets],
  create: () => ({ getPresets: () => TEXTS }),
});
