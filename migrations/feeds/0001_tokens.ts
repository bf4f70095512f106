import type { Knex } from 'knex';

/** Secret addresses by which feed readers get what a person may see: one each, of which only a hash is kept. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('feed_token', (t) => {
    t.text('account').primary().references('account.name').onDelete('CASCADE').onUpdate('CASCADE');
    t.text('token_hash').notNullable().unique();
    t.bigInteger('created').notNullable();
  });
}
