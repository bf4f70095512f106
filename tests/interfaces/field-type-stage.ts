import { component, type FieldType, IPermissionPolicy, ITicketFieldTypeProvider } from '../../core/index.ts';
import { type TestSite, testSite } from '../../core/testing/index.ts';
import { SAMPLES } from './field-type-samples.ts';

/** The field of a type on the sites of these tests. */
export const fieldName = (type: string): string => `my_${type.replaceAll('-', '_')}`;
export const labelOf = (type: string): string => `The ${type}`;

/** A field of the type as lines of [ticket-custom]. */
export const sectionOf = (type: string, attributes: Readonly<Record<string, string>>, suffix = ''): string =>
  [
    `${fieldName(type)}${suffix} = ${type}`,
    `${fieldName(type)}${suffix}.label = ${labelOf(type)}`,
    ...Object.entries(attributes).map(([name, value]) => `${fieldName(type)}${suffix}.${name} = ${value}`),
  ].join('\n');

/** A field of each type. */
export const INI = `[trac]
permission_policies = hide.HideThree, DefaultPermissionPolicy
[ticket-custom]
${Object.entries(SAMPLES)
  .map(([type, { attributes = {} }]) => sectionOf(type, attributes))
  .join('\n')}
`;

/** Ticket 3 is nobody's business. */
export const HideThree = component({
  doc: 'Hides ticket 3.',
  implements: [IPermissionPolicy],
  create: () => ({
    checkPermission: (permission, _who, resource) => (permission === 'TICKET_VIEW' && resource?.id === 3 ? false : undefined),
  }),
});

const PEOPLE = ['reporter', 'joe', 'jane', 'Zoe'].map((name) => ({
  name,
  fullName: '',
  email: '',
  timeZone: 'America/St_Johns',
}));
const REFERRED = 12;
const ROWS = Math.max(...Object.values(SAMPLES).map(({ typed }) => typed.length));
/** Every registered type. */
export const typesOf = (site: TestSite): readonly FieldType[] =>
  site.site.all(ITicketFieldTypeProvider).flatMap((provider) => [...provider.getFieldTypes()]);

/** A site with a field of each type, and the tickets that others refer to. */
export async function openSite(database: { readonly url: string; readonly dir: string }): Promise<TestSite> {
  const site = await testSite({ database, ini: INI, people: PEOPLE, plugins: { hide: { HideThree } } });
  for (let number = 1; number <= REFERRED; number++) await site.fileTicket({ summary: `Referred ${number}` });
  return site;
}

/** One ticket for each row of samples, the last row first, and one that holds nothing. */
export async function fill(site: TestSite): Promise<ReadonlyMap<number, number | undefined>> {
  const rows = new Map<number, number | undefined>();
  for (const index of [...Array(ROWS).keys()].reverse()) {
    const sent = Object.entries(SAMPLES).flatMap(([type, { typed }]) =>
      typed[index] === undefined ? [] : [[fieldName(type), typed[index]]],
    );
    const { id } = await site.fileTicket({ summary: `Samples ${index}`, ...Object.fromEntries(sent) });
    rows.set(id, index);
  }
  rows.set((await site.fileTicket({ summary: 'Empty' })).id, undefined);
  await site.run(async (ctx) => {
    for (const [id, index] of rows)
      for (const [type, { typed }] of Object.entries(SAMPLES))
        if (index === undefined || typed[index] === undefined)
          await ctx
            .db('ticket_custom')
            .where({ ticket: id, name: fieldName(type) })
            .update({ value: null });
  });
  return rows;
}
