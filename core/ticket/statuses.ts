import type { Knex } from 'knex';

/** True for a status that counts as done. The one place that knows which; asked of the workflow once it knows categories. */
export const isClosedStatus = (status: string): boolean => status === 'closed';

/**
 * Every status that a ticket has. It hops from one value to the next in the index, so its cost depends on how many
 * statuses there are and not on how many tickets.
 */
export async function statusesInUse(db: Knex): Promise<readonly string[]> {
  const next = db('ticket').min('status').whereRaw('ticket.status > used.status').as('status');
  const rows = (await db
    .withRecursive('used', (used) =>
      used
        .min({ status: 'status' })
        .from('ticket')
        .unionAll((more) => more.select(next).from('used').whereNotNull('used.status')),
    )
    .select('status')
    .from('used')
    .whereNotNull('status')) as { status: string }[];
  return rows.map(({ status }) => status);
}
