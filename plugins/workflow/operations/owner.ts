import { component, isPermissionName } from 'tracts';
import { IWorkflowOperation, type WorkflowAction, type WorkflowFinding, type WorkflowSite } from '../api.ts';
import { splitList } from '../parse.ts';
import { describeNewOwner, displayName, isGroup, NAMING_OPTIONS } from '../people.ts';
import { OWNER_OPTIONS, OWNER_USES, planOwner } from './owner-list.ts';

/** Finds a `set_owner` list in which no word names a person, a group or a permission of the site. */
function* checkOwners({ name, attributes }: WorkflowAction, { directory, permissions }: WorkflowSite): Iterable<WorkflowFinding> {
  const words = splitList(attributes['set_owner'] ?? '');
  for (const word of words.filter((each) => isPermissionName(each) && permissions?.has(each) === false))
    yield {
      severity: 'warning',
      attribute: 'set_owner',
      message: `"${name}.set_owner" names the permission ${word}, which is not defined, so it adds nobody.`,
      remedy: 'Correct the name, or enable the plugin that defines it.',
    };
  if (!directory || words.length === 0) return;
  const known = (word: string): boolean =>
    directory.people.has(word) ||
    (word !== 'anonymous' && isGroup(directory, word)) ||
    (isPermissionName(word) && permissions?.has(word) !== false) ||
    word.includes('@');
  if (!words.some(known))
    yield {
      severity: 'warning',
      attribute: 'set_owner',
      message: `"${name}.set_owner = ${words.join(', ')}" names nobody who could own a ticket: no account, no group of people, no permission is called so.`,
      remedy: 'Name people with an account, a group, or a permission in upper case.',
    };
}

/** Asks for the new owner and proposes the person who acts. */
export const SetOwner = component({
  doc: 'Workflow operation set_owner: asks for the new owner.',
  implements: [IWorkflowOperation],
  uses: OWNER_USES,
  options: OWNER_OPTIONS,
  create: (needs) => ({
    name: 'set_owner',
    doc: 'Asks for the new owner; proposes the person who acts.',
    plan: (ctx, action) => planOwner(ctx, action, needs),
    check: checkOwners,
  }),
});

/** Asks for the owner and proposes to keep the present one. */
export const MaySetOwner = component({
  doc: 'Workflow operation may_set_owner: asks for the owner, and may keep the present one.',
  implements: [IWorkflowOperation],
  uses: OWNER_USES,
  options: OWNER_OPTIONS,
  create: (needs) => ({
    name: 'may_set_owner',
    doc: 'Asks for the owner; proposes the present one, or the default of a new ticket.',
    attributes: ['set_owner'],
    plan: (ctx, action) => planOwner(ctx, action, needs),
    check: (action, site) => (action.operations.includes('set_owner') ? [] : checkOwners(action, site)),
  }),
});

/** Makes the person who acts the owner. Alone, and with nothing left to change, it hides the action. */
export const SetOwnerToSelf = component({
  doc: 'Workflow operation set_owner_to_self: the person who acts becomes the owner.',
  implements: [IWorkflowOperation],
  options: NAMING_OPTIONS,
  create: ({ options }) => ({
    name: 'set_owner_to_self',
    doc: 'The person who acts becomes the owner.',
    plan: (ctx, { operations, newState }) => {
      const { exists, values } = ctx.ticket;
      const mine = exists && values['owner'] === ctx.user.name;
      if (mine && operations.length === 1 && values['status'] === newState) return undefined;
      const me = displayName(ctx, ctx.user.name, options);
      const hint = mine ? `The owner stays ${me}.` : describeNewOwner(ctx, me, options);
      return { hint, changes: () => ({ owner: ctx.user.name }) };
    },
  }),
});

/** Leaves the ticket without an owner. */
export const DelOwner = component({
  doc: 'Workflow operation del_owner: the ticket loses its owner.',
  implements: [IWorkflowOperation],
  create: () => ({
    name: 'del_owner',
    doc: 'The ticket loses its owner.',
    plan: () => ({ hint: 'The ticket will have no owner.', changes: () => ({ owner: '' }) }),
  }),
});
