import { extensionPoint, type FieldSpec, type May, type Problem, type TicketContext, type Values } from 'tracts';

/** One action of [ticket-workflow] as an operation sees it. */
export interface WorkflowAction {
  readonly name: string;
  /** The action's attributes as written, e.g. `set_owner`, `code_review`; the keys lower case. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Every operation the action names, in order. */
  readonly operations: readonly string[];
  readonly newState: string;
}

/** What an operation does for one action on one ticket. */
export interface OperationPlan {
  readonly inputs?: readonly FieldSpec[];
  /** Pure. `after` holds the ticket's values with the person's edits, and with the changes of the operations before this one. */
  changes?(inputs: Values, after: Values): Values;
  problems?(inputs: Values, after: Values): Iterable<Problem>;
  /** What will happen, in a sentence. */
  readonly hint?: string;
}

/**
 * A word for `<action>.operations` in the INI, such as `set_owner`. Naming it there is all it takes.
 *
 * Called: `plan` once for each form in which an action naming it is offered. Combined: in the order listed; a later
 * change wins. Two operations of one name: an error. If it throws: the request fails.
 */
export interface IWorkflowOperation {
  readonly name: string;
  /** One line for `tracts workflow` and the docs. */
  readonly doc?: string;
  plan(ctx: TicketContext, action: WorkflowAction): May<OperationPlan>;
  /** False hides the action from this person on this ticket. */
  offers?(ctx: TicketContext, action: WorkflowAction): boolean;
  /** Judges the attributes when the file is checked: yields sentences. */
  check?(action: WorkflowAction): Iterable<string>;
}
export const IWorkflowOperation = extensionPoint<IWorkflowOperation>('IWorkflowOperation', {
  doc: 'Adds an operation that workflow actions can name.',
});
