import type { Knex } from 'knex';

/**
 * Addresses that hear of changes, and the last deliveries to each. `failures`: messages given up one after the other. Times are
 * UTC microseconds.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('webhook', (t) => {
    t.increments('id');
    t.text('name').notNullable();
    t.text('url').notNullable();
    t.text('secret').notNullable();
    t.text('events').notNullable();
    t.text('filter').notNullable().defaultTo('');
    t.text('run_as').notNullable();
    t.boolean('enabled').notNullable().defaultTo(true);
    t.integer('failures').notNullable().defaultTo(0);
    t.text('trouble').notNullable().defaultTo('');
    t.bigInteger('created').notNullable();
  });
  await db.schema.createTable('webhook_delivery', (t) => {
    t.increments('id');
    t.integer('webhook').notNullable().references('webhook.id').onDelete('CASCADE');
    t.bigInteger('time').notNullable();
    t.text('delivery').notNullable();
    t.text('event').notNullable();
    t.integer('attempt').notNullable();
    t.integer('status');
    t.integer('duration').notNullable();
    t.text('reply').notNullable().defaultTo('');
    t.text('error').notNullable().defaultTo('');
    t.text('message').notNullable();
    t.index(['webhook', 'id']);
  });
}
