import type { Knex } from 'knex';

/** Who voted on which ticket: 1 for it, -1 against it. Votes go with their ticket. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('ticket_vote', (t) => {
    t.integer('ticket').notNullable().references('ticket.id').onDelete('CASCADE');
    t.text('voter').notNullable();
    t.integer('vote').notNullable();
    t.primary(['ticket', 'voter']);
  });
}
