import type { Knex } from 'knex';

/**
 * What a text was written in stands with it, so that a new `[ticket] text_format` leaves old texts as they were. A comment may
 * be internal; a deleted one keeps its number, with who deleted it and when.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('ticket', (t) => {
    t.text('description_format').notNullable().defaultTo('wiki');
  });
  await db.schema.alterTable('ticket_change', (t) => {
    t.text('format').notNullable().defaultTo('wiki');
    t.boolean('internal').notNullable().defaultTo(false);
    t.text('deleted_by');
    t.bigInteger('deleted_at');
  });
}
