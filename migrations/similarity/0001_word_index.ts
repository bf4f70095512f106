import type { Knex } from 'knex';

/**
 * The words of each ticket, for finding those that say the same. `version` and `scheme` tell an entry that is out of date:
 * of the ticket, and of the way in which texts are cut into words. Entries go with their ticket.
 *
 * PostgreSQL searches the words themselves. SQLite's full-text table stands beside them and knows no foreign keys: a trigger
 * empties it. Only which ticket has which word is kept there, no counts and no places: nothing else is asked.
 */
export async function up(db: Knex): Promise<void> {
  const postgres = db.client.dialect === 'postgresql';
  await db.schema.createTable('similarity_entry', (t) => {
    t.integer('ticket').primary().references('ticket.id').onDelete('CASCADE');
    t.integer('version').notNullable();
    t.integer('scheme').notNullable();
    t.specificType('words', postgres ? 'tsvector' : 'text').notNullable();
  });
  if (postgres) {
    // Without a list of pending entries a search costs the same whether or not somebody has just filed many tickets.
    await db.raw('create index similarity_entry_words on similarity_entry using gin (words) with (fastupdate = off)');
    return;
  }
  await db.raw(
    `create virtual table similarity_words using fts5(words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0')`,
  );
  await db.raw(
    'create trigger similarity_entry_gone after delete on similarity_entry begin delete from similarity_words where rowid = old.ticket; end',
  );
}
