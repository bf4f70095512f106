import { component } from 'tracts';
import { IWorkflowOperation } from '../api.ts';

/** Keeps the status; what an action with the target `*` needs to be offered. */
export const LeaveStatus = component({
  doc: 'Workflow operation leave_status: the status stays.',
  implements: [IWorkflowOperation],
  create: () => ({
    name: 'leave_status',
    doc: 'The status stays.',
    decidesStatus: true,
    plan: (ctx, { newState }) =>
      ctx.ticket.exists && newState === '*' ? { hint: `The status stays ${String(ctx.ticket.values['status'] ?? '')}.` } : {},
  }),
});

/** Marks the action that repairs a ticket in an unknown state; it changes nothing of its own. */
export const ResetWorkflow = component({
  doc: 'Workflow operation reset_workflow: marks the action that repairs tickets in an unknown state.',
  implements: [IWorkflowOperation],
  create: () => ({
    name: 'reset_workflow',
    doc: 'Marks the repair of a ticket whose state no longer exists.',
    plan: (ctx) => ({ hint: `The status “${String(ctx.ticket.values['status'] ?? '')}” is replaced.` }),
  }),
});
