import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../../core/config/configuration.ts';
import { component, ISiteHealth, ITicketFieldProvider } from '../../../core/index.ts';
import { testSite } from '../../../core/testing/index.ts';
import { readOverrides } from '../../../core/ticket/attributes.ts';

const read = (lines: string) => readOverrides(parseConfiguration(`[ticket-custom]\n${lines}\n`));

/** What the site says is wrong with the lines. */
async function judged(lines: string, plugins: Readonly<Record<string, object>> = {}) {
  await using site = await testSite({ ini: `[ticket-custom]\n${lines}\n`, plugins });
  const found = site.site.get(ISiteHealth).diagnoses();
  return found.filter(({ place }) => place?.section === 'ticket-custom');
}

describe('reading attributes', () => {
  test('gives each its kind', () => {
    const { byName, diagnoses } = read(
      'summary.label = Title\nsummary.order = -3\nsummary.fullrow = off\nsummary.size = 40\npriority.options = a | b\nx.min = 1\nx.edit_permission = A, B',
    );
    expect(diagnoses).toEqual([]);
    expect(byName.get('summary')).toEqual({ label: 'Title', order: -3, fullrow: false, size: 40 });
    expect(byName.get('priority')).toEqual({ options: ['a', 'b'] });
    expect(byName.get('x')).toEqual({ attributes: { min: '1' }, editPermission: 'A, B' });
  });

  test('leaves the definition of a custom field to its own reader, and a redefined built-in field alone', () => {
    const { byName } = read('note = text\nnote.label = L\nnote.help = H\nnote.min = 1\nowner = text\nowner.help = H');
    expect([...byName]).toEqual([['note', { help: 'H' }]]);
  });

  test.each([
    ['cc.size = wide', 'no whole number', 'Example'],
    ['cc.size = -1', 'less than nothing', 'from 0'],
    ['cc.order = 1.5', 'no whole number', 'Example'],
    ['cc.visible = perhaps', 'neither yes nor no', 'Write yes or no.'],
    ['cc.label =', 'a text is missing', 'remove the line'],
    ['priority.options = ', 'no option', 'one|two'],
    ['cc.visible_if = status', '“=”', 'Correct the condition'],
    ['status.editable = yes', 'set by the workflow', 'Remove the line.'],
    ['cc.visible = yes\ncc.hidden = yes', 'contradicts cc.visible', 'Remove the line.'],
    ['cc.lable = x', 'nothing reads the attribute "lable"', 'Did you mean label?'],
    ['cc.edit_permission = TICKET_ADMN', 'nothing defines the permission "TICKET_ADMN"', 'Did you mean TICKET_ADMIN?'],
    ['sumary.label = x', 'there is no field "sumary" now', 'Did you mean summary?'],
    ['nothing.label = x', 'there is no field "nothing" now', 'nothing = text'],
  ])('“%s” is reported with its line and what to do', async (lines, message, remedy) => {
    const found = await judged(lines);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'warning', place: { line: lines.split('\n').length + 1 } });
    expect(found[0]?.message).toContain(message);
    expect(found[0]?.remedy).toContain(remedy);
  });

  test('a bad attribute costs itself alone', async () => {
    await using site = await testSite({ ini: '[ticket-custom]\ncc.size = wide\ncc.label = Copies\ncc.required = dunno\n' });
    const { fields } = await site.form();
    expect(fields.get('cc')).toMatchObject({ label: 'Copies', size: undefined, required: false, editable: true });
  });
});

describe('laying them over fields', () => {
  const Provider = component({
    implements: [ITicketFieldProvider],
    create: () => ({
      getTicketFields: () => [
        {
          name: 'points',
          type: 'text',
          label: 'Points',
          hidden: true,
          editable: true,
          help: 'Count.',
          attributes: { min: '1', max: '9' },
        },
      ],
    }),
  });

  test('what the administrator does not mention stays as the provider said', async () => {
    const ini = '[ticket-custom]\npoints.label = Score\npoints.max = 5\npoints.hidden = no\n';
    await using site = await testSite({ ini, plugins: { p: { Provider } } });
    expect((await site.form()).fields.get('points')).toMatchObject({
      label: 'Score',
      help: 'Count.',
      visible: true,
      source: 'p.Provider',
      attributes: { min: '1', max: '5' },
    });
    expect(await judged('points.label = Score', { p: { Provider } })).toEqual([]);
  });

  test('built-in fields can be put in another order, among custom ones too', async () => {
    const ini = '[ticket-custom]\nnote = text\nnote.order = 1\nkeywords.order = 2\npriority.order = -2000\n';
    await using site = await testSite({ ini });
    const names = [...(await site.form()).fields.keys()];
    expect([names[0], ...names.slice(-2)]).toEqual(['priority', 'note', 'keywords']);
  });
});
