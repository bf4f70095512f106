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
