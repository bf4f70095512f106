import { type ActionSpec, component, ITicketActionController, ITicketFieldProvider, type TicketContext } from 'tracts';

/** `vote`: what the person said before, 1 or -1; 0: nothing. */
const actionsFor = (ctx: TicketContext, vote: number): readonly ActionSpec[] => {
  const total = Number(ctx.ticket.values['votes']) || 0;
  const place = { ticket: ctx.ticket.id, voter: ctx.user.name };
  const cast = (name: string, label: string, next: number): ActionSpec => ({
    name,
    label,
    weight: -50,
    hint: `The sum of votes will be ${total - vote + next}.`,
    changes: () => ({ votes: total - vote + next }),
    sideEffect: async () => {
      const table = ctx.db('ticket_vote');
      if (next === 0) await table.where(place).delete();
      else
        await table
          .insert({ ...place, vote: next })
          .onConflict(['ticket', 'voter'])
          .merge();
    },
  });
  const all = [
    cast('vote_up', 'vote for it', 1),
    cast('vote_down', 'vote against it', -1),
    cast('vote_none', 'withdraw the vote', 0),
  ];
  return all.filter((_action, index) => [1, -1, 0][index] !== vote);
};

/**
 * Actions to vote for or against a ticket, one vote a person, and a field with the sum. Who voted stands in the history and in
 * the table ticket_vote.
 *
 *     [components]
 *     vote.* = enabled
 *
 * With `[ticket] workflow` set, add Vote to it. It needs TICKET_VOTE, which TICKET_APPEND includes, and an account.
 */
export const Vote = component({
  doc: 'Lets people vote on tickets, once each.',
  implements: [ITicketActionController, ITicketFieldProvider],
  permissions: { TICKET_VOTE: 'Vote on tickets.' },
  includes: { TICKET_APPEND: ['TICKET_VOTE'] },
  create: () => ({
    getTicketFields: () => [
      { name: 'votes', type: 'number', value: '0', editable: false, visible: true, attributes: { kind: 'integer' } },
    ],

    async getTicketActions(ctx) {
      if (!ctx.ticket.exists || !ctx.user.authenticated || !ctx.can('TICKET_VOTE')) return [];
      const own = (await ctx.db('ticket_vote').where({ ticket: ctx.ticket.id, voter: ctx.user.name }).first('vote')) as
        | { readonly vote: number }
        | undefined;
      return actionsFor(ctx, own?.vote ?? 0);
    },
  }),
});
