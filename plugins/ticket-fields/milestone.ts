import { type Adjunct, component, IAdjunctService, ITicketManipulator } from 'tracts';

/** A list stays the same object until a milestone changes. */
const completedIn = new WeakMap<readonly Adjunct[], ReadonlySet<string>>();

function completedOf(milestones: readonly Adjunct[]): ReadonlySet<string> {
  const known = completedIn.get(milestones);
  if (known) return known;
  const made = new Set(milestones.filter(({ completed }) => completed).map(({ name }) => name));
  completedIn.set(milestones, made);
  return made;
}

/**
 * A ticket may be put into a milestone only by who may: TICKET_CHG_MILESTONE on that milestone, which whoever may view it has
 * (PM-02, PM-07), and into a completed one only with TICKET_ADMIN (TF-01). Trac asks this for the page alone and stores
 * whatever is posted.
 */
export const MilestoneRights = component({
  doc: 'Offers only the milestones that a person may put tickets into.',
  implements: [ITicketManipulator],
  uses: { adjuncts: IAdjunctService },
  create: ({ adjuncts }) => ({
    async prepareTicket(ctx, form) {
      const field = form.fields.get('milestone');
      if (!field?.editable) return;
      const before = field.value;
      const completed = completedOf(await adjuncts.list(ctx, 'milestone'));
      const isClosed = completed.size > 0 && !ctx.can('TICKET_ADMIN') ? (id: string) => completed.has(id) : () => false;
      field.options = field.options.filter(
        (id) => id === before || (!isClosed(id) && ctx.can('TICKET_CHG_MILESTONE', { realm: 'milestone', id })),
      );
    },
  }),
});
