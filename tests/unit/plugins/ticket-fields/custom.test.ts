import { expect, test } from 'vitest';
import { parseConfiguration } from '../../../../core/config/configuration.ts';
import { testSite } from '../../../../core/testing/index.ts';
import { readCustomFields } from '../../../../plugins/ticket-fields/custom.ts';

const INI = '[ticket-custom]\ncost = textarea\ncost.order = ٣\ncost.rows = 1_0\ncost.max_size = +५०\n';

test('whole numbers of a field are read as Trac reads them: digits of any script, and groups', () => {
  const { specs, diagnoses } = readCustomFields(parseConfiguration(INI), []);
  expect(diagnoses).toEqual([]);
  expect(specs).toMatchObject([{ name: 'cost', order: 3, rows: 10, maxSize: 50 }]);
});

test('a default may be the index of an option, in digits of any script', async () => {
  await using site = await testSite({
    ini: '[ticket-custom]\nrisk = select\nrisk.options = low|middle|high\nrisk.value = ٢\n',
  });
  expect(await site.fileTicket({ summary: 'x' })).toMatchObject({ risk: 'high' });
});

test('fields after the thousandth are left out, and the first of them is told with its line', () => {
  const started = performance.now();
  const lines = Array.from({ length: 4_900 }, (_, index) => `f${index} = text\nf${index}.label = Field ${index}`);
  const { specs, diagnoses } = readCustomFields(parseConfiguration(['[ticket-custom]', ...lines].join('\n')), []);
  expect(performance.now() - started).toBeLessThan(1500);
  expect(specs).toHaveLength(1000);
  expect(specs[999]).toMatchObject({ name: 'f999', label: 'Field 999' });
  expect(diagnoses).toMatchObject([{ place: { key: 'f1000', line: 2002 } }]);
  expect(diagnoses[0]?.message).toContain('more than 1000 fields');
});
