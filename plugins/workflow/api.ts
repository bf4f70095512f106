import {
  type Directory,
  extensionPoint,
  type FieldSpec,
  type May,
  type Place,
  type Problem,
  type TicketContext,
  type Values,
} from 'tracts';

/** One action of [ticket-workflow] as an operation sees it. */
export interface WorkflowAction {
  readonly name: string;
  /** The action's attributes as written, e.g. `set_owner`, `code_review`; the keys lower case. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Every operation the action names, in order. */
  readonly operations: readonly string[];
  /** `*`: an operation decides. */
  readonly newState: string;
  /** Where the action's line (key `''`) and each attribute stand, for messages. */
  readonly places: ReadonlyMap<string, Place>;
}

/** What an operation does for one action on one ticket. */
export interface OperationPlan {
  /** Of two operations that ask for one name the first is heard. */
  readonly inputs?: readonly FieldSpec[];
  /**
   * Pure. `inputs` holds what was given and nothing else: no default is filled in. `after` holds the ticket's values with
   * the person's edits, and with the changes of the operations before this one.
   */
  changes?(inputs: Values, after: Values): Values;
  problems?(inputs: Values, after: Values): Iterable<Problem>;
  /** What will happen, in a sentence. */
  readonly hint?: string;
}

/** What is known of the site when its workflow is checked; what is absent is not judged. */
export interface WorkflowSite {
  readonly permissions?: ReadonlySet<string> | undefined;
  readonly resolutions?: readonly string[] | undefined;
  readonly directory?: Directory | undefined;
}

/** Something an operation finds wrong with an action that names it. */
export interface WorkflowFinding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly remedy?: string;
  /** The attribute concerned, which tells the line; default: the action's own line. */
  readonly attribute?: string;
}

/**
 * A word for `<action>.operations` in the INI, such as `set_owner`. Naming it there is all it takes.
 *
 * Called: `plan` once for each form in which an action naming it could be offered; undefined hides the action from this
 * person on this ticket. Combined: in the order listed; a later change wins. Two operations of one name: the first is
 * heard, and the workflow check reports the other. If `plan` throws: the action is shown and refused, the others work, and
 * administrators are told; if what it planned throws when somebody uses the action: the request fails.
 */
export interface IWorkflowOperation {
  readonly name: string;
  /** One line for `tracts workflow` and the docs. */
  readonly doc?: string;
  /** Attributes it reads, so that the check knows them; its own name always counts. */
  readonly attributes?: readonly string[];
  /** It says what becomes of the status, so that an action with the target `*` may be offered. */
  readonly decidesStatus?: boolean;
  plan(ctx: TicketContext, action: WorkflowAction): May<OperationPlan | undefined>;
  /** Statuses it may lead to besides the action's target. */
  statuses?(action: WorkflowAction): readonly string[];
  /** Judges the attributes when the file is checked. */
  check?(action: WorkflowAction, site: WorkflowSite): Iterable<WorkflowFinding>;
}
export const IWorkflowOperation = extensionPoint<IWorkflowOperation>('IWorkflowOperation', {
  doc: 'Adds an operation that workflow actions can name.',
});
