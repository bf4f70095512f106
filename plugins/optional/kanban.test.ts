import { ISiteHealth } from 'tracts';
import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as deleting from './delete-ticket.ts';
import * as plugin from './kanban.ts';

const ini = '[components]\nworkflow.ConfigurableTicketWorkflow = disabled\nkanban.* = enabled\ndelete-ticket.* = enabled\n';
const plugins = { kanban: plugin, 'delete-ticket': deleting };

test('it is the whole workflow: filed, done, and back, with its own statuses and no complaint', async () => {
  await using site = await testSite({ ini });
  expect(site.site.get(ISiteHealth).diagnoses()).toEqual([]);
  const { id, status } = await site.fileTicket({ summary: 'Paint the shed' });
  expect(status).toBe('todo');
  const form = await site.form(id);
  expect(form.fields.get('status')?.options).toEqual(['done', 'todo']);
  expect([...form.actions.keys()]).toEqual(['leave', 'finish']);
  expect(await site.submit(id, 'finish')).toMatchObject({ status: 'done' });
  await expect(site.submit(id, 'finish')).rejects.toThrow('is not available');
  await expect(site.submit(id, 'resolve')).rejects.toThrow('is not available');
  expect(await site.submit(id, 'redo', {}, { comment: 'It rained' })).toMatchObject({ status: 'todo' });
  expect((await site.history(id)).map(({ action }) => action)).toEqual(['finish', 'redo']);
});

test('pages and lists work with its statuses', async () => {
  await using site = await testSite({ ini });
  const dev = await enter(site, 'dev');
  expect((await dev.post('/newticket', { field_summary: 'Paint', submit: 'Create ticket' })).headers.location).toBe('/ticket/1');
  await dev.post('/newticket', { field_summary: 'Sweep', submit: 'Create ticket' });
  expect((await dev.post('/ticket/1', { action: 'finish', submit: 'Submit' })).statusCode).toBe(303);
  expect((await dev.get('/ticket/1')).body).toContain('(done)');
  const list = (await dev.get('/query?status=done')).body;
  expect([list.includes('Paint'), list.includes('Sweep')]).toEqual([true, false]);
  expect((await dev.get('/query?status=')).body).toContain('<option value="todo"');
});

test('delete-ticket works beside it', async () => {
  await using site = await testSite({ ini });
  const { id } = await site.fileTicket({ summary: 'Spam' });
  expect([...(await site.as('admin').form(id)).actions.keys()]).toEqual(['leave', 'finish', 'delete']);
  await expect(site.submit(id, 'delete')).rejects.toThrow('is not available');
  expect((await site.as('admin').apply(id, { action: 'delete' })).outcome).toBe('gone');
  await expect(site.ticket(id)).rejects.toThrow('There is no ticket');
});

test('[ticket] workflow may name it instead', async () => {
  await using site = await testSite({ plugins, ini: '[ticket]\nworkflow = KanbanWorkflow, DeleteTicket\n' });
  const { id } = await site.fileTicket({ summary: 'x' });
  expect([...(await site.as('admin').form(id)).actions.keys()]).toEqual(['leave', 'finish', 'delete']);
});

test('who may not change tickets does not move them, and nobody without TICKET_CREATE files one', async () => {
  await using site = await testSite({ ini, grants: { anonymous: ['TICKET_VIEW'], dev: ['TICKET_CREATE'] } });
  const { id } = await site.as('dev').fileTicket({ summary: 'x' });
  await expect(site.as('dev').submit(id, 'finish')).rejects.toThrow('is not available');
  await expect(site.as('guest').fileTicket({ summary: 'x' })).rejects.toThrow('TICKET_CREATE');
});

test('a ticket with a status of another workflow can be moved to either of its own', async () => {
  await using site = await testSite({ ini });
  const { id } = await site.fileTicket({ summary: 'x' });
  await site.as('admin').run((ctx) => ctx.db('ticket').where({ id }).update({ status: 'reopened' }));
  expect([...(await site.form(id)).actions.keys()].sort()).toEqual(['finish', 'leave', 'redo']);
  expect(await site.submit(id, 'redo')).toMatchObject({ status: 'todo' });
});
