import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestSite } from '../../core/testing/index.ts';
import { eachDialect } from '../support/databases.ts';
import { enter, type Visitor } from '../support/visitor.ts';
import { SAMPLES } from './field-type-samples.ts';
import { fieldName, openSite } from './field-type-stage.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '</textarea><b onclick=x>',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '{{ 7 * 191 }}',
];
const ALIVE = /<script>alert|<img src=x|<svg onload|<b onclick|1337|(?:href|src|action)\s*=\s*["']?\s*(?:javascript|data):/i;

/** Everything that is drawn as a control of a field. */
const controlsIn = (html: string): ReadonlySet<string> =>
  new Set([...html.matchAll(/name="field_(my_\w+)"/g)].map(([, name = '']) => name));
const NAMES = Object.keys(SAMPLES).map(fieldName);

eachDialect((fresh) => {
  let site: TestSite;
  let reporter: Visitor;
  beforeAll(async () => {
    site = await openSite(await fresh());
    reporter = await enter(site, 'reporter');
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  test.each(HOSTILE)('%s is inert in controls and messages when it is typed', async (text) => {
    const typed = Object.fromEntries(NAMES.map((name) => [`field_${name}`, text]));
    const page = await reporter.post('/newticket', { ...typed, field_summary: text, preview: '1' });
    expect(page.statusCode).toBe(200);
    expect([...controlsIn(page.body)]).toEqual(expect.arrayContaining(NAMES));
    expect(page.body).toContain('class="problem"');
    expect(page.body).not.toMatch(ALIVE);
  });

  test.each(HOSTILE)('%s is inert in values, controls and history when it is stored already', async (text) => {
    const { id } = await site.fileTicket({ summary: 'Old data' });
    await site.submit(id, 'leave', {}, { comment: 'x' });
    await site.run(async (ctx) => {
      const change = (await ctx.db('ticket_change').where({ ticket: id }).first('id')) as { id: number };
      for (const name of NAMES) {
        const row = { ticket: id, name, value: text };
        await ctx.db('ticket_custom').insert(row).onConflict(['ticket', 'name']).merge();
        await ctx.db('ticket_change_field').insert({ change: change.id, field: name, oldvalue: 'before', newvalue: text });
      }
    });
    const page = await reporter.get(`/ticket/${id}`);
    expect(page.statusCode).toBe(200);
    expect([...controlsIn(page.body)]).toEqual(expect.arrayContaining(NAMES));
    for (const type of Object.keys(SAMPLES)) expect(page.body).toContain(`<span class="change-field">The ${type}</span>`);
    expect(page.body).not.toMatch(ALIVE);
  });
});
