import { testSite } from 'tracts/testing';
import { expect, test } from 'vitest';
import { enter } from '../../tests/support/visitor.ts';
import * as plugin from './ticket-templates.ts';

const plugins = { 'ticket-templates': plugin };
const ini = `[ticket-templates]
defect.description = What did you do?
  What happened?
defect.help = Say which <version> you use.
defect.priority = critical
enhancement.description = Who needs it?
enhancement.status = closed
oops = nothing
`;
const defect = 'What did you do?\nWhat happened?';

test('a new ticket begins with what its type prescribes, and so does one asked for by its address', async () => {
  await using site = await testSite({ plugins, ini });
  const { fields } = await site.form();
  expect(fields.get('description')).toMatchObject({ value: defect, help: 'Say which <version> you use.' });
  expect(fields.get('priority')?.value).toBe('critical');
  const page = (await (await enter(site, 'dev')).get('/newticket?type=enhancement')).body;
  expect(page).toContain('Who needs it?');
  expect(page).not.toContain('What happened?');
});

test('a description that nobody touched follows when another type is chosen; what somebody wrote stays', async () => {
  await using site = await testSite({ plugins, ini });
  const dev = await enter(site, 'dev');
  const send = (type: string, description: string) =>
    dev.post('/newticket', { field_summary: 'x', field_type: type, field_description: description, preview: 'Preview' });
  expect((await send('enhancement', defect.replaceAll('\n', '\r\n'))).body).toContain('Who needs it?');
  expect((await send('task', 'Who needs it?')).body).not.toContain('Who needs it?');
  expect((await send('enhancement', 'My own words')).body).toContain('My own words');
});

test('what the form shows is stored when it is filed as it stands', async () => {
  await using site = await testSite({ plugins, ini });
  expect(await site.fileTicket({ summary: 'x' })).toMatchObject({ description: defect, priority: 'critical' });
  const own = { summary: 'x', description: 'Mine', priority: 'minor' };
  expect(await site.fileTicket(own)).toMatchObject(own);
});

test('it never sets a status, and a stored ticket is left alone', async () => {
  await using site = await testSite({ plugins, ini });
  const { id } = await site.fileTicket({ summary: 'x', type: 'enhancement' });
  expect(await site.ticket(id)).toMatchObject({ status: 'new', description: 'Who needs it?' });
  await site.submit(id, 'leave', {}, { fields: { type: 'defect' } });
  expect(await site.ticket(id)).toMatchObject({ description: 'Who needs it?', priority: 'major' });
});

test.each([['__proto__'], ['constructor'], [['defect']], [{}], ['defect\0']])('a type such as %j does no harm', async (type) => {
  await using site = await testSite({ plugins, ini });
  const { problems } = await site.apply(undefined, { fields: { summary: 'x', type } });
  expect(problems.every(({ field }) => field === 'field_type')).toBe(true);
});

test('a line that names no field is reported, and help is escaped in the page', async () => {
  await using site = await testSite({ plugins, ini });
  expect(site.site.diagnoses()).toMatchObject([{ place: { key: 'oops', line: 8 } }]);
  expect((await (await enter(site, 'dev')).get('/newticket')).body).toContain('Say which &lt;version&gt; you use.');
});
