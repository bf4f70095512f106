import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toTracField } from '../../core/cli/trac-field.ts';
import { memorySite } from '../../core/environment.ts';
import { IDiagnostician } from '../../core/kernel/registry.ts';
import { ITicketFields, ITicketService } from '../../core/ticket/extension-points.ts';
import type { Values } from '../../core/ticket/types.ts';
import { isEmpty } from '../../core/ticket/values.ts';

type Recorded = Readonly<Record<string, unknown>>;
interface GoldenCase {
  readonly name: string;
  readonly ini: string;
  readonly fields: readonly Recorded[];
  readonly new_ticket_defaults: Values;
  readonly warnings: readonly string[];
  readonly error?: object;
}

const { cases } = JSON.parse(readFileSync(new URL('./fields/fields.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly GoldenCase[];
};

const CLERK = { user: { name: 'clerk', authenticated: true }, via: 'cli', now: new Date('2024-05-06T07:08:09Z') } as const;

/** The recorded instants: a fixed one with its offset, or any, which is the moment of the recording. */
function draw(value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  return value.getTime() === CLERK.now.getTime() ? '<datetime>' : value.toISOString().replace('.000Z', '+00:00');
}

/** What a new ticket holds, the status apart, which its workflow sets. */
const drawDefaults = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => !isEmpty(value))
      .map(([name, value]) => [name, draw(value)]),
  );

async function read({ ini }: Pick<GoldenCase, 'ini'>) {
  const site = await memorySite({ ini });
  try {
    return await site.contexts.read(CLERK, async (ctx) => ({
      fields: (await site.get(ITicketFields).all(ctx)).map(toTracField),
      defaults: drawDefaults((await site.get(ITicketService).draft(ctx)).ticket.values),
      complaints: site
        .all(IDiagnostician)
        .flatMap((one) => one.diagnose())
        .filter(({ place }) => place?.section === 'ticket-custom'),
    }));
  } finally {
    await site.close();
  }
}

/** Complaints beyond Trac's warnings: it drops a choice without options silently, and takes any format. */
const FURTHER: Readonly<Record<string, number>> = { 'select-no-options': 3, 'text-formats': 1, time: 1 };

const same = cases.filter(({ error }) => error === undefined);

describe.each(same)('$name', (golden) => {
  it('has the same fields with the same attributes in the same order, and the same defaults', async () => {
    const { fields, defaults } = await read(golden);
    expect(fields).toEqual(golden.fields);
    expect(defaults).toEqual(golden.new_ticket_defaults);
  });

  it('reports what Trac warns of', async () => {
    const { complaints } = await read(golden);
    expect(complaints).toHaveLength(golden.warnings.length + (FURTHER[golden.name] ?? 0));
  });
});

it('counts a size that is no number as none and reports its line, where Trac shows no page any more', async () => {
  const bad = cases.find(({ error }) => error !== undefined);
  expect(bad?.name).toBe('max-size-bad');
  const { fields, complaints } = await read(bad ?? { ini: '' });
  expect(fields.find(({ name }) => name === 'foo')).toMatchObject({ type: 'text', max_size: 0 });
  expect(complaints).toMatchObject([{ severity: 'warning', place: { key: 'foo.max_size', line: 3 } }]);
});
