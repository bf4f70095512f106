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
    // Who edited the comment last: every page of a ticket says so, and would otherwise ask for each of its comments.
    t.integer('edits').notNullable().defaultTo(0);
    t.text('edited_by');
    t.bigInteger('edited_at');
  });
  const edited = (column: string): string =>
    `(select e.${column} from ticket_comment_edit e where e.change = ticket_change.id order by e.revision desc limit 1)`;
  await db.raw(
    `update ticket_change set edits = 1 + ${edited('revision')}, edited_by = ${edited('editor')}, edited_at = ${edited('time')} where id in (select change from ticket_comment_edit)`,
  );
}
