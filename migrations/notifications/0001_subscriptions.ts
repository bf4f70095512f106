import type { Knex } from 'knex';

/**
 * Who watches a ticket, or wants to hear nothing of it; what each person wants to be told and when; what waits for a digest; the
 * key with which links in mails are signed. Watchers without an account are addresses, which can only say no.
 */
export async function up(db: Knex): Promise<void> {
  const account = (t: Knex.CreateTableBuilder) =>
    t.text('account').references('account.name').onDelete('CASCADE').onUpdate('CASCADE');
  await db.schema.createTable('ticket_watch', (t) => {
    t.integer('ticket').notNullable().references('ticket.id').onDelete('CASCADE');
    account(t).index();
    t.text('address');
    t.text('state').notNullable();
    t.bigInteger('time').notNullable();
    t.unique(['ticket', 'account']);
    t.unique(['ticket', 'address']);
  });
  await db.schema.createTable('notification_rule', (t) => {
    account(t).notNullable();
    t.text('rule').notNullable().index();
    t.text('adverb').notNullable();
    t.text('pace').notNullable();
    t.integer('priority').notNullable();
    t.primary(['account', 'rule']);
  });
  await db.schema.createTable('notification_person', (t) => {
    account(t).primary();
    t.text('format').notNullable();
    t.text('quiet_from').notNullable();
    t.text('quiet_to').notNullable();
    t.integer('digest_hour').notNullable();
  });
  await db.schema.createTable('notification_digest', (t) => {
    t.increments('id');
    account(t).notNullable();
    t.integer('ticket').notNullable().references('ticket.id').onDelete('CASCADE').index();
    t.text('event').notNullable();
    t.integer('batch');
    t.index(['account', 'batch']);
  });
  await db.schema.createTable('notification_key', (t) => {
    t.integer('id').primary();
    t.text('value').notNullable();
  });
}
