import type { Knex } from 'knex';

/**
 * Messages for the world outside, put there in the transaction of what they tell of. `next`: not before then; of one under
 * way, when another process may take it. `claim`: who has it under way. `key`: only while it was never tried.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('outbox', (t) => {
    t.increments('id');
    t.text('channel').notNullable();
    t.text('state').notNullable().defaultTo('waiting');
    t.bigInteger('next').notNullable();
    t.integer('attempt').notNullable().defaultTo(0);
    t.bigInteger('created').notNullable();
    t.text('key');
    t.text('claim');
    t.text('error').notNullable().defaultTo('');
    t.text('payload').notNullable();
    t.index(['channel', 'state', 'next']);
    t.unique(['channel', 'key']);
  });
}
