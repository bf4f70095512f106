import {
  type FieldSpec,
  IAdjunctService,
  IPermissionService,
  isPermissionName,
  option,
  type Problem,
  type TicketContext,
  type Values,
} from 'tracts';
import type { OperationPlan, WorkflowAction } from '../api.ts';
import { splitList } from '../parse.ts';
import { describeNewOwner, displayName, isGroup, NAMING_OPTIONS, type Naming, seesOwner } from '../people.ts';
import { type ComponentOwners, readComponentOwners, resolveOwner, STRATEGY_OPTION } from './components.ts';

/** What both operations that ask for an owner need. */
export const OWNER_USES = { permissions: IPermissionService, adjuncts: IAdjunctService };

/** What both operations that ask for an owner read of trac.ini. */
export const OWNER_OPTIONS = {
  ...NAMING_OPTIONS,
  strategy: STRATEGY_OPTION,
  restrict: option.bool('ticket', 'restrict_owner', false, 'Owners are chosen among holders of TICKET_MODIFY, not typed.', {
    otherwise: false,
  }),
  defaultOwner: option.text(
    'ticket',
    'default_owner',
    '< default >',
    'Owner of a new ticket; < default > is the owner of its component.',
  ),
};

/** The services and options above, as they arrive in `create`. */
export interface OwnerNeeds {
  readonly permissions: IPermissionService;
  readonly adjuncts: IAdjunctService;
  readonly options: Naming & { readonly restrict: boolean; readonly defaultOwner: string; readonly strategy: string };
}

/** Whom the words of a `set_owner` list name, in the order of the list; `authenticated` is everybody with an account. */
function expand(ctx: TicketContext, words: readonly string[], permissions: IPermissionService): string[] {
  const resource = { realm: 'ticket', id: ctx.ticket.id, object: ctx.ticket };
  const names = words.flatMap((word) => {
    if (word === 'authenticated') return [...ctx.directory.people.keys()].sort();
    if (isPermissionName(word)) return permissions.usersWith(ctx, word, resource);
    return isGroup(ctx.directory, word) ? permissions.membersOf(ctx, word) : [word];
  });
  return [...new Set(names)];
}

/** The people an action may give a ticket to; undefined: anybody, typed as text. */
function allowedOwners(
  ctx: TicketContext,
  action: WorkflowAction,
  { permissions, options }: OwnerNeeds,
): readonly string[] | undefined {
  const own = action.attributes['set_owner'];
  if (own !== undefined) return expand(ctx, splitList(own), permissions);
  return options.restrict ? expand(ctx, ['TICKET_MODIFY'], permissions) : undefined;
}

function ownerField(
  ctx: TicketContext,
  action: WorkflowAction,
  owners: readonly string[],
  preset: string,
  naming: Naming,
): FieldSpec {
  const common = { name: 'owner', label: 'to', title: 'New owner', control: `action_${action.name}_reassign_owner`, order: -2 };
  if (owners.length === 0) return { ...common, type: 'text', value: preset };
  const optionLabels = Object.fromEntries(owners.map((name) => [name, displayName(ctx, name, naming)]));
  const label = (name: string): string => optionLabels[name] ?? name;
  const options = owners.toSorted((a, b) => compare(label(a), label(b)) || compare(a, b));
  const value = owners.length === 1 ? owners[0] : owners.includes(preset) ? preset : undefined;
  return { ...common, type: 'select', options, optionLabels, value };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function ownerHint(ctx: TicketContext, field: FieldSpec, naming: Naming): string {
  const only = field.options?.length === 1 ? field.options[0] : undefined;
  const next = only === undefined ? 'the person given here' : displayName(ctx, only, naming);
  const stays = ctx.ticket.exists && only !== undefined && only === ctx.ticket.values['owner'] && seesOwner(ctx);
  return stays ? `The owner stays ${next}.` : describeNewOwner(ctx, next, naming);
}

/** Words of the list that stand for several people, or for nobody: no owner, even where the owner is typed. */
const wordsForMany = ({ directory }: TicketContext, { attributes }: WorkflowAction): readonly string[] =>
  splitList(attributes['set_owner'] ?? '').filter(
    (word) => !directory.people.has(word) && (isPermissionName(word) || isGroup(directory, word)),
  );

function* judgeOwner(field: FieldSpec, inputs: Values, noPeople: () => readonly string[]): Iterable<Problem> {
  const { options, control } = field;
  if (!('owner' in inputs)) return;
  const owner = String(inputs['owner'] ?? '');
  if (options === undefined ? noPeople().includes(owner) : !options.includes(owner))
    yield {
      ...(control === undefined ? {} : { field: control }),
      message: `“${owner}” is not one of those this action may give the ticket to.`,
    };
}

function changeOwner(inputs: Values, after: Values, absent: string, owners: ComponentOwners): Values {
  const chosen = 'owner' in inputs ? inputs['owner'] : absent;
  return { owner: resolveOwner(chosen, after['component'], owners) };
}

/**
 * Asks for the owner. `may_set_owner` proposes to keep the present one, even if the list lacks it; `set_owner` proposes
 * the person who acts, and prevails when an action names both.
 */
export async function planOwner(ctx: TicketContext, action: WorkflowAction, needs: OwnerNeeds): Promise<OperationPlan> {
  const { options, adjuncts } = needs;
  const isHidden = ctx.ticket.exists && !seesOwner(ctx);
  const stored = String(ctx.ticket.values['owner'] ?? '');
  const present = !ctx.ticket.exists ? options.defaultOwner : isHidden ? '' : stored;
  const keeps = !action.operations.includes('set_owner');
  const preset = keeps ? present : ctx.user.name;
  const allowed = allowedOwners(ctx, action, needs);
  const owners = keeps && allowed?.includes(preset) === false ? [preset, ...allowed] : (allowed ?? []);
  const field = ownerField(ctx, action, owners, preset, options);
  const owning = await readComponentOwners(ctx, adjuncts, options.strategy);
  // Nothing given means the first of the action's own list, as in Trac; people only, never the name of a group.
  const absent = action.attributes['set_owner'] === undefined ? '' : (allowed?.[0] ?? '');
  return {
    inputs: [field],
    hint: ownerHint(ctx, field, options),
    // Whoever does not see the owner keeps it by naming nobody.
    changes: (inputs, after) => (isHidden && keeps && !inputs['owner'] ? {} : changeOwner(inputs, after, absent, owning)),
    problems: (inputs) => judgeOwner(field, inputs, () => wordsForMany(ctx, action)),
  };
}
