import type { Knex } from 'knex';

/**
 * Files that belong to something, by realm and id. What they hold is kept elsewhere under the SHA-256 of its bytes
 * (`attachment_blob`: when it was last put there, and the row that an upload and the sweeper lock). A draft was uploaded and
 * belongs to nothing yet; one with a `fault` holds no bytes, but the sentence why.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('attachment_blob', (t) => {
    t.text('hash').primary();
    t.bigInteger('time').notNullable();
  });
  await db.schema.createTable('attachment', (t) => {
    t.increments('id');
    t.text('realm').notNullable();
    t.text('parent').notNullable();
    t.text('filename').notNullable();
    t.text('hash').notNullable().index();
    t.bigInteger('size').notNullable();
    t.text('type').notNullable();
    t.text('description').notNullable().defaultTo('');
    t.text('format').notNullable().defaultTo('wiki');
    t.text('author').notNullable();
    t.bigInteger('time').notNullable();
    t.unique(['realm', 'parent', 'filename']);
  });
  await db.schema.createTable('attachment_draft', (t) => {
    t.text('token').primary();
    t.text('owner').notNullable();
    t.text('address').notNullable().defaultTo('');
    t.text('filename').notNullable();
    t.text('hash').notNullable().defaultTo('').index();
    t.bigInteger('size').notNullable();
    t.text('type').notNullable().defaultTo('');
    t.text('fault').notNullable().defaultTo('');
    t.bigInteger('time').notNullable().index();
  });
}
