import type { ActionSpec, FieldSpec, IAdjunctService, ITicketActionController, Problem, TicketContext, Values } from 'tracts';
import type { IWorkflowOperation, OperationPlan } from './api.ts';
import { type ComponentOwners, readComponentOwners, resolveOwner } from './operations/components.ts';
import { RESET_ACTION, type WorkflowDefinition, type WorkflowRule } from './parse.ts';

/** What the controller works with. `controllers` are all of the site: `_reset` asks which states any of them knows. */
export interface WorkflowNeeds {
  readonly definition: WorkflowDefinition;
  readonly operations: Iterable<IWorkflowOperation>;
  readonly controllers: Iterable<ITicketActionController>;
  readonly adjuncts: IAdjunctService;
  /** Default: the first of several owners of a component. */
  readonly strategy?: string;
  /** Takes note of an operation that failed, or throws what is to end everything. */
  readonly onFailure: (ctx: TicketContext, operation: IWorkflowOperation, error: unknown) => void;
}

/** The operations behind a rule, in its order; words that nobody knows do nothing, as in Trac. */
export function operationsOf(rule: WorkflowRule, operations: Iterable<IWorkflowOperation>): readonly IWorkflowOperation[] {
  const before = found.get(rule);
  if (before?.among === operations) return before.operations;
  const known = [...operations];
  const named = rule.operations.flatMap((word) => known.find(({ name }) => name === word) ?? []);
  found.set(rule, { among: operations, operations: named });
  return named;
}

/** Every form asks for those of every rule. */
const found = new WeakMap<
  WorkflowRule,
  { readonly among: Iterable<IWorkflowOperation>; readonly operations: readonly IWorkflowOperation[] }
>();

function isInState(rule: WorkflowRule, ctx: TicketContext): boolean {
  if (!ctx.ticket.exists) return rule.oldStates.includes(null);
  const status = String(ctx.ticket.values['status'] ?? '');
  const everywhere = rule.oldStates.length === 1 && rule.oldStates[0] === '*';
  return everywhere || rule.oldStates.includes(status);
}

function isOrphan(ctx: TicketContext, controllers: Iterable<ITicketActionController>): boolean {
  if (!ctx.ticket.exists) return false;
  const status = String(ctx.ticket.values['status'] ?? '');
  return ![...controllers].some((controller) => controller.getAllStatus?.().includes(status));
}

const isPermitted = (rule: WorkflowRule, ctx: TicketContext): boolean =>
  rule.permissions.length === 0 || rule.permissions.some((name) => ctx.can(name));

/** The rules that this person may use on this ticket in its stored state, in the order of the file. */
export function rulesFor(ctx: TicketContext, { definition, operations, controllers }: WorkflowNeeds): WorkflowRule[] {
  const orphan = isOrphan(ctx, controllers);
  const targets = (rule: WorkflowRule): boolean =>
    rule.newState !== '*' || operationsOf(rule, operations).some(({ decidesStatus }) => decidesStatus === true);
  return definition.rules.filter(
    (rule) =>
      rule.usable && (isInState(rule, ctx) || (orphan && rule.name === RESET_ACTION)) && targets(rule) && isPermitted(rule, ctx),
  );
}

/**
 * The owner follows the component: a new ticket's `< default >` becomes the component's owner, and a ticket that is still
 * `new` moves with its component from the one owner to the other (OP-09, OP-10).
 */
function followComponent(ctx: TicketContext, after: Values, owners: ComponentOwners): Values {
  const { exists, values } = ctx.ticket;
  const owner = String(after['owner'] ?? '');
  if (!exists) return { owner: resolveOwner(owner, after['component'], owners) };
  const moved = values['status'] === 'new' && (values['component'] ?? '') !== (after['component'] ?? '');
  if (!moved || !owners.owns(values['component'], owner)) return {};
  const next = owners.owns(after['component'], owner) ? owner : owners.pick(after['component']);
  return next ? { owner: next } : {};
}

function mergeInputs(plans: readonly OperationPlan[]): FieldSpec[] {
  const inputs = new Map<string, FieldSpec>();
  for (const input of plans.flatMap((plan) => plan.inputs ?? [])) if (!inputs.has(input.name)) inputs.set(input.name, input);
  return [...inputs.values()].sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}

function mergeProblems(plans: readonly OperationPlan[], inputs: Values, after: Values): Problem[] {
  const problems = plans.flatMap((plan) => [...(plan.problems?.(inputs, after) ?? [])]);
  return [...new Map(problems.map((problem) => [JSON.stringify([problem.field, problem.message]), problem])).values()];
}

function hintOf(rule: WorkflowRule, ctx: TicketContext, plans: readonly OperationPlan[]): string {
  const status =
    rule.newState === '*'
      ? ''
      : ctx.ticket.exists
        ? `The next status is ${rule.newState}.`
        : `The status will be ${rule.newState}.`;
  const hints = [...plans.map(({ hint }) => hint ?? ''), status].filter(Boolean);
  return [...new Set(hints)].join(' ');
}

/** In place of a rule whose operation failed: what that would have asked or forbidden is not known, so that it is seen and refused. */
const failedAction = ({ name, label, weight }: WorkflowRule): ActionSpec => ({
  name,
  label,
  weight,
  hint: 'Not possible now: a part of this site that this action needs failed.',
  failed: true,
});

/** What one rule does on one ticket, whoever asks; undefined when an operation hides it. Judges neither state nor permission. */
export async function describeRule(
  ctx: TicketContext,
  rule: WorkflowRule,
  needs: WorkflowNeeds,
): Promise<ActionSpec | undefined> {
  const plans: OperationPlan[] = [];
  // One after the other: they may read, and a transaction has one connection.
  for (const operation of operationsOf(rule, needs.operations)) {
    try {
      const planned = operation.plan(ctx, rule);
      const plan = planned instanceof Promise ? await planned : planned;
      if (plan === undefined) return undefined;
      plans.push(plan);
    } catch (error) {
      needs.onFailure(ctx, operation, error);
      return failedAction(rule);
    }
  }
  const read = readComponentOwners(ctx, needs.adjuncts, needs.strategy);
  const owners = read instanceof Promise ? await read : read;
  const changes = (inputs: Values, after: Values): Values => {
    let updates: Values = rule.newState === '*' ? {} : { status: rule.newState };
    for (const plan of plans) updates = { ...updates, ...plan.changes?.(inputs, { ...after, ...updates }) };
    return 'owner' in updates ? updates : { ...updates, ...followComponent(ctx, after, owners) };
  };
  return {
    name: rule.name,
    label: rule.label,
    weight: rule.weight,
    hint: hintOf(rule, ctx, plans),
    inputs: mergeInputs(plans),
    changes,
    problems: (inputs, after) => mergeProblems(plans, inputs, after),
  };
}

/** Every state the file names, and those its operations may lead to. */
function allStatuses({ definition, operations }: Pick<WorkflowNeeds, 'definition' | 'operations'>): readonly string[] {
  const led = definition.rules.flatMap((rule) =>
    operationsOf(rule, operations).flatMap((operation) => operation.statuses?.(rule) ?? []),
  );
  return [...new Set([...definition.statuses, ...led])].sort();
}

/** The controller that [ticket-workflow] describes. */
export function workflowController(needs: WorkflowNeeds): ITicketActionController {
  let statuses: readonly string[] | undefined;
  return {
    async getTicketActions(ctx) {
      const specs: ActionSpec[] = [];
      for (const rule of rulesFor(ctx, needs)) {
        const spec = await describeRule(ctx, rule, needs);
        if (spec) specs.push(spec);
      }
      return specs;
    },
    getAllStatus() {
      statuses ??= allStatuses(needs);
      return statuses;
    },
  };
}
