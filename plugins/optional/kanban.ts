import { type ActionSpec, component, ITicketActionController } from 'tracts';

const move = (name: string, label: string, status: string): ActionSpec => ({
  name,
  label,
  hint: `The next status is ${status}.`,
  changes: () => ({ status }),
});

/**
 * A whole workflow without [ticket-workflow]: what is filed is to do, and then done, and back. A ticket with a status of
 * another workflow can be moved to either.
 *
 *     [components]
 *     workflow.ConfigurableTicketWorkflow = disabled
 *     kanban.* = enabled
 *
 * With `[ticket] workflow` set, put KanbanWorkflow in the place of ConfigurableTicketWorkflow.
 */
export const KanbanWorkflow = component({
  doc: 'A workflow of two states, todo and done, in place of the one that trac.ini describes.',
  implements: [ITicketActionController],
  create: () => ({
    getAllStatus: () => ['todo', 'done'],
    getTicketActions({ ticket, can }) {
      if (!ticket.exists) return [move('create', 'create', 'todo')];
      const status = String(ticket.values['status']);
      const moves = [move('finish', 'done', 'done'), move('redo', 'back to do', 'todo')];
      const away = moves.filter(({ name }) => status !== (name === 'finish' ? 'done' : 'todo'));
      return [{ name: 'leave', label: 'leave', weight: 1, hint: `as ${status}` }, ...(can('TICKET_MODIFY') ? away : [])];
    },
  }),
});
