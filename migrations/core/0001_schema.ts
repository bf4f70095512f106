import type { Knex } from 'knex';

/**
 * The first schema. Times are UTC microseconds since the epoch, as Trac stores them, so that an import loses nothing.
 * No `down`: the way back is a backup.
 */
export async function up(db: Knex): Promise<void> {
  await people(db);
  await tickets(db);
  await vocabularies(db);
  await db.schema.createTable('generation', (t) => {
    t.text('name').primary();
    t.bigInteger('value').notNullable();
  });
  await db.schema.createTable('job_run', (t) => {
    t.text('key').primary();
    t.bigInteger('time').notNullable();
  });
}

async function people(db: Knex): Promise<void> {
  await db.schema.createTable('account', (t) => {
    t.text('name').primary();
    t.text('password');
    t.text('full_name').notNullable().defaultTo('');
    t.text('email').notNullable().defaultTo('');
    t.text('time_zone').notNullable().defaultTo('');
    t.text('theme').notNullable().defaultTo('auto');
    t.boolean('disabled').notNullable().defaultTo(false);
    t.bigInteger('created').notNullable();
  });
  await db.schema.createTable('session', (t) => {
    t.text('token_hash').primary();
    t.text('account').notNullable().references('account.name').onDelete('CASCADE').onUpdate('CASCADE').index();
    t.text('form_token').notNullable();
    t.text('client').notNullable().defaultTo('');
    t.bigInteger('created').notNullable();
    t.bigInteger('last_seen').notNullable();
    t.bigInteger('expires').notNullable().index();
  });
  await db.schema.createTable('one_time_link', (t) => {
    t.text('token_hash').primary();
    t.text('purpose').notNullable();
    t.text('account').notNullable().defaultTo('');
    t.text('grants').notNullable().defaultTo('');
    t.bigInteger('created').notNullable();
    t.bigInteger('expires').notNullable().index();
  });
  await db.schema.createTable('login_attempt', (t) => {
    t.text('key').primary();
    t.integer('failures').notNullable();
    t.bigInteger('last').notNullable().index();
  });
  await db.schema.createTable('permission', (t) => {
    t.text('username').notNullable();
    t.text('action').notNullable();
    t.primary(['username', 'action']);
  });
}

async function tickets(db: Knex): Promise<void> {
  await db.schema.createTable('ticket', (t) => {
    t.increments('id');
    t.integer('row_version').notNullable().defaultTo(1);
    t.bigInteger('time').notNullable();
    t.bigInteger('changetime').notNullable();
    for (const name of [
      'type',
      'component',
      'priority',
      'owner',
      'reporter',
      'milestone',
      'status',
      'cc',
      'summary',
      'description',
      'keywords',
    ])
      t.text(name);
    for (const name of ['severity', 'version', 'resolution']) t.text(name);
    // Each further index costs every new ticket a page of writing. Lists and counts begin with the status, of which there are
    // few: an index that begins with it serves those that ask for any status too, one range a status.
    for (const name of ['time', 'type', 'priority', 'component', 'milestone', 'owner', 'reporter'])
      t.index(['status', name, 'id']);
    t.index(['status', 'id']);
    t.index(['status', 'changetime']);
  });
  // Mostly empty, and empty ones need no entry.
  for (const name of ['severity', 'version', 'resolution'])
    await db.raw('create index ?? on ?? (??) where ?? is not null', [`ticket_${name}_index`, 'ticket', name, name]);
  await db.schema.createTable('ticket_custom', (t) => {
    t.integer('ticket').notNullable().references('ticket.id').onDelete('CASCADE');
    t.text('name').notNullable();
    t.text('value');
    t.primary(['ticket', 'name']);
  });
  await db.schema.createTable('ticket_change', (t) => {
    t.increments('id');
    t.integer('ticket').notNullable().references('ticket.id').onDelete('CASCADE');
    t.integer('number').notNullable();
    t.text('reply_to');
    t.bigInteger('time').notNullable().index();
    t.text('author');
    t.text('via').notNullable();
    t.text('action').notNullable();
    t.text('comment');
    t.unique(['ticket', 'number']);
  });
  await db.schema.createTable('ticket_change_field', (t) => {
    t.integer('change').notNullable().references('ticket_change.id').onDelete('CASCADE');
    t.text('field').notNullable();
    t.text('oldvalue');
    t.text('newvalue');
    t.primary(['change', 'field']);
  });
}

async function vocabularies(db: Knex): Promise<void> {
  await db.schema.createTable('enum', (t) => {
    t.text('type').notNullable();
    t.text('name').notNullable();
    t.integer('value').notNullable();
    t.text('description').notNullable().defaultTo('');
    t.primary(['type', 'name']);
  });
  await db.schema.createTable('component', (t) => {
    t.text('name').primary();
    t.text('owner').notNullable().defaultTo('');
    t.text('description').notNullable().defaultTo('');
  });
  await db.schema.createTable('version', (t) => {
    t.text('name').primary();
    t.bigInteger('time');
    t.text('description').notNullable().defaultTo('');
  });
  await db.schema.createTable('milestone', (t) => {
    t.text('name').primary();
    t.bigInteger('due');
    t.bigInteger('completed');
    t.text('description').notNullable().defaultTo('');
  });
}
