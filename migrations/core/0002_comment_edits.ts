import type { Knex } from 'knex';

/** Former texts of edited comments, oldest first by `revision`: an edit never loses what was there. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('ticket_comment_edit', (t) => {
    t.integer('change').notNullable().references('ticket_change.id').onDelete('CASCADE');
    t.integer('revision').notNullable();
    t.text('editor').notNullable();
    t.bigInteger('time').notNullable();
    t.text('comment').notNullable().defaultTo('');
    t.primary(['change', 'revision']);
  });
}
