import { readFileSync } from 'node:fs';
import { ITicketFieldTypeProvider } from 'tracts';
import { expect, test } from 'vitest';
import { testSite } from '../../../../core/testing/index.ts';
import { VersionNumbers } from './version-numbers.ts';

const INI = '[ticket-custom]\nfixed_in = version-number\nfixed_in.label = Fixed in\n';

// begin: test
test('a version is checked, and sorts as versions do', async () => {
  await using site = await testSite({ plugins: [{ VersionNumbers }], ini: INI });
  const { id } = await site.fileTicket({ summary: 'Crash', fixed_in: '2.10' });
  expect((await site.ticket(id))['fixed_in']).toBe('2.10');
  await expect(site.fileTicket({ summary: 'Crash', fixed_in: 'soon' })).rejects.toThrow('Fixed in');
  const { id: other } = await site.fileTicket({ summary: 'Freeze', fixed_in: '2.9' });
  const sorted = await site.run((ctx) => ctx.db('ticket_custom').where({ name: 'fixed_in' }).orderBy('value').pluck('ticket'));
  expect(sorted).toEqual([other, id]);
});
// end: test

test('the guide shows this very plugin and its test', () => {
  const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
  const guide = readFileSync('docs/authors/field-types.md', 'utf8');
  const story = read('own-type.test.ts').split('// begin: test\n')[1]?.split('// end: test')[0] ?? '';
  for (const code of [read('version-numbers.ts'), story]) {
    expect(code.length).toBeGreaterThan(100);
    expect(guide).toContain(
      code
        .replaceAll('ITicketFieldTypeProvider as Types', 'ITicketFieldTypeProvider')
        .replaceAll('[ITicketFieldTypeProvider]', '[ITicketFieldTypeProvider]')
        .trim(),
    );
  }
});

test('the table for administrators has every type with its attributes', async () => {
  await using site = await testSite();
  const page = readFileSync('docs/admin/field-types.md', 'utf8');
  for (const { name, attributes = {} } of site.site
    .all(ITicketFieldTypeProvider)
    .flatMap((provider) => [...provider.getFieldTypes()])) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? (name === 'cc-toggle' ? '' : undefined);
    expect(row, name).toBeDefined();
    for (const attribute of Object.keys(attributes)) expect(row, `${name}.${attribute}`).toContain(`\`${attribute}\``);
  }
});
