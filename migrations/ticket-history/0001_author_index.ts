import type { Knex } from 'knex';

/** For the list of everybody's changes, narrowed to one person's. The index by time alone is the core's. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('ticket_change', (t) => {
    t.index(['author', 'time']);
  });
}
