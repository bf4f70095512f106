import { describe, expect, test } from 'vitest';
import { component, IDiagnostician, ITicketFieldProvider } from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';
import { enter } from '../../support/visitor.ts';

const INI = `[ticket-custom]
steps = textarea
steps.visible_if = type=defect
steps.required_if = type=defect
effort = text
effort.required_if = action=resolve
effort.editable_if = status!=new
done = checkbox
done.editable_if = type=task
done.group = Work
keywords.visible_if = owner=$USER
cc.required_if = summary~=urgent
`;
const open = (ini = INI): Promise<TestSite> => testSite({ ini });

const filed = async (site: TestSite, fields: Readonly<Record<string, unknown>> = {}): Promise<number> =>
  (await site.fileTicket({ summary: 'x', type: 'task', ...fields })).id;

describe('visible_if', () => {
  test('asks for the field only while it holds, with the values that were sent', async () => {
    await using site = await open();
    const refused = await site.apply(undefined, { fields: { summary: 'x', type: 'defect' } });
    expect(refused.problems).toEqual([{ field: 'field_steps', message: 'Steps is needed.' }]);
    expect((await site.fileTicket({ summary: 'x', type: 'defect', steps: 'one' }))['steps']).toBe('one');
    expect((await site.fileTicket({ summary: 'x', type: 'task' }))['steps']).toBe('');
  });

  test('refuses what is sent for a hidden field, takes it out of the form and stores nothing', async () => {
    await using site = await open();
    const applied = await site.apply(undefined, { fields: { summary: 'x', type: 'task', steps: 'one' } });
    expect(applied.problems).toEqual([
      { field: 'field_steps', message: 'Steps is not asked for with these values; your entry is taken out.' },
    ]);
    expect(applied.form.fields.get('steps')).toMatchObject({ applies: false, value: '' });
    await expect(site.ticket(1)).rejects.toThrow('no ticket');
  });

  test('a field that is hidden keeps its stored value and comes back with it', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x', type: 'defect', steps: 'one' });
    expect(await site.submit(id, 'leave', {}, { fields: { type: 'task' } })).toMatchObject({ type: 'task', steps: 'one' });
    expect((await site.form(id)).fields.get('steps')).toMatchObject({ applies: false, required: false });
    expect((await site.apply(id, { action: 'leave', fields: { steps: 'two' } })).ok).toBe(false);
    expect((await site.apply(id, { action: 'leave', fields: { steps: 'one' }, comment: 'same is no change' })).ok).toBe(true);
    const back = await site.submit(id, 'leave', {}, { fields: { type: 'defect' } });
    expect(back['steps']).toBe('one');
  });

  test('knows who asks: $USER', async () => {
    await using site = await open();
    const id = await filed(site);
    await site.submit(id, 'accept');
    expect((await site.form(id)).fields.get('keywords')?.applies).toBe(true);
    expect((await site.as('other').form(id)).fields.get('keywords')?.applies).toBe(false);
    expect((await site.as('other').apply(id, { action: 'leave', fields: { keywords: 'a' } })).ok).toBe(false);
    expect((await site.apply(id, { action: 'leave', fields: { keywords: 'a' } })).ok).toBe(true);
  });
});

describe('required_if and editable_if', () => {
  test('may ask about the chosen action and the stored status', async () => {
    await using site = await open();
    const id = await filed(site);
    const early = await site.apply(id, { action: 'resolve', fields: { effort: '3' } });
    expect(early.problems).toEqual([
      { field: 'field_effort', message: 'Effort cannot be changed with these values; your entry is taken out.' },
    ]);
    await site.submit(id, 'accept');
    expect((await site.apply(id, { action: 'resolve' })).problems).toEqual([
      { field: 'field_effort', message: 'Effort is needed.' },
    ]);
    expect(await site.submit(id, 'resolve', {}, { fields: { effort: '3' } })).toMatchObject({ status: 'closed', effort: '3' });
  });

  test('a field is unlocked by the very submission that makes its condition hold', async () => {
    await using site = await open();
    const { id } = await site.fileTicket({ summary: 'x', type: 'defect', steps: 'one' });
    expect((await site.form(id)).fields.get('done')?.disabled).toBe(true);
    expect((await site.apply(id, { action: 'leave', fields: { done: '1' } })).ok).toBe(false);
    expect(await site.submit(id, 'leave', {}, { fields: { done: '1', type: 'task' } })).toMatchObject({ done: '1' });
    expect((await site.apply(id, { action: 'leave', fields: { done: '0', type: 'defect' } })).ok).toBe(false);
  });

  test('a condition makes required what is not, of built-in fields too', async () => {
    await using site = await open();
    expect((await site.apply(undefined, { fields: { summary: 'URGENT!', type: 'task' } })).problems).toEqual([
      { field: 'field_cc', message: 'Cc is needed.' },
    ]);
  });
});

describe('a condition that cannot be', () => {
  test.each([
    ['priority.visible_if = nonsense', 'priority.visible_if', 'no “=”'],
    ['priority.visible_if = tpye=defect', 'priority.visible_if', 'there is no field "tpye"'],
    ['priority.required_if =', 'priority.required_if', 'empty'],
  ])('“%s” is reported with its line and counts as absent', async (line, key, text) => {
    await using site = await open(`[ticket-custom]\n${line}\n`);
    const field = (await site.form()).fields.get('priority');
    expect(field).toMatchObject({ applies: true, editable: true, required: false });
    const found = site.site.all(IDiagnostician).flatMap((one) => one.diagnose());
    const said = found.find(({ place }) => place?.key === key);
    expect(said).toMatchObject({ severity: 'warning', place: { line: 2 } });
    expect(said?.message).toContain(text);
    expect(said?.remedy).toBeTruthy();
  });

  test('of a provider is reported with its component', async () => {
    const Provider = component({
      implements: [ITicketFieldProvider],
      create: () => ({ getTicketFields: () => [{ name: 'thing', type: 'text', visibleIf: 'nothing=1' }] }),
    });
    await using site = await testSite({ plugins: { p: { Provider } } });
    expect((await site.form()).fields.get('thing')?.applies).toBe(true);
    const found = site.site.all(IDiagnostician).flatMap((one) => one.diagnose());
    expect(found.find(({ message }) => message.includes('thing.visible_if'))).toMatchObject({ component: 'p.Provider' });
  });
});

describe('the page', () => {
  test('carries the conditions as data and hides what does not apply, its group included', async () => {
    await using site = await open();
    const ann = await enter(site, 'ann');
    const { body } = await ann.get('/newticket?type=task');
    expect(body).toContain('conditions.js');
    expect(body).toContain('data-visible-if="{&quot;any&quot;:[[{&quot;field&quot;:&quot;type&quot;');
    expect(body).toMatch(/data-facts="[^"]*&quot;type&quot;:\{&quot;control&quot;:&quot;field_type&quot;\}/);
    expect(body).toMatch(/data-facts="[^"]*&quot;action&quot;:\{&quot;control&quot;:&quot;action&quot;\}/);
    expect(body).toMatch(/data-visible-if="[^>]*data-companion="field_checkbox_steps" hidden>/);
    expect(body).toContain('<fieldset class="field-group"><legend>Work</legend>');
  });

  test('without JavaScript a preview shows what the values ask for', async () => {
    await using site = await open();
    const ann = await enter(site, 'ann');
    const defect = await ann.post('/newticket', {
      field_summary: 'x',
      field_type: 'defect',
      action: 'create',
      preview: 'Preview',
    });
    expect(defect.body).not.toMatch(/data-companion="field_checkbox_steps" hidden>/);
    expect(defect.body).toContain('Steps is needed.');
    const task = await ann.post('/newticket', { field_summary: 'x', field_type: 'task', action: 'create', preview: 'Preview' });
    expect(task.body).toMatch(/data-companion="field_checkbox_steps" hidden>/);
  });

  test('knows the action that its address chooses', async () => {
    await using site = await open();
    const ann = await enter(site, 'ann');
    const id = await filed(site);
    await site.submit(id, 'accept');
    const plain = await ann.get(`/ticket/${id}`);
    const chosen = await ann.get(`/ticket/${id}?action=resolve`);
    expect(plain.body).not.toMatch(/name="field_effort"[^>]*aria-required/);
    expect(chosen.body).toMatch(/name="field_effort"[^>]*aria-required/);
  });

  test('a form without conditions carries nothing of the kind', async () => {
    await using site = await testSite();
    const ann = await enter(site, 'ann');
    const { body } = await ann.get('/newticket');
    expect(body).not.toContain('data-facts');
    expect(body).not.toContain('conditions.js');
  });
});
