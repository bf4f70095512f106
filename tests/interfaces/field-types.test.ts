import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attributeFaults,
  batchModesOf,
  batchValue,
  compareValues,
  describeChange,
  displayText,
  type Field,
  type FieldChange,
  type FieldOperator,
  type FieldType,
  fieldColumn,
  fieldCondition,
  fieldOrder,
  IDiagnostician,
  InvalidValueError,
  ITicketFields,
  isEmpty,
  type OperationContext,
  operatorsOf,
  schemaOf,
  storedText,
  typedText,
  valueFromJson,
  valueToJson,
} from '../../core/index.ts';
import { RefusedError, type TestSite, testSite } from '../../core/testing/index.ts';
import { type Dialect, eachDialect } from '../support/databases.ts';
import { SAMPLES, type Samples } from './field-type-samples.ts';
import { fieldName, fill, HideThree, INI, labelOf, openSite, sectionOf, typesOf } from './field-type-stage.ts';

const samplesOf = (type: FieldType): Samples => {
  const found = SAMPLES[type.name];
  if (!found) throw new Error(`The field type ${type.name} has no samples in tests/interfaces/field-type-samples.ts.`);
  return found;
};

/** A value as the service reads it, `raw` as a page or a program sends it. */
const read = async (type: FieldType, raw: unknown, field: Field, ctx: OperationContext): Promise<unknown> =>
  type.parse(raw, field, ctx);

interface Row {
  readonly id: number;
  readonly index: number | undefined;
  readonly value: unknown;
}

interface Stage {
  readonly dialect: Dialect;
  readonly type: FieldType;
  readonly field: Field;
  readonly samples: Samples;
  /** The tickets, each with the sample it holds; the empty one has no index. */
  readonly rows: readonly Row[];
  readonly ctx: OperationContext;
}

const held = ({ rows }: Stage): readonly Row[] => rows.filter(({ index }) => index !== undefined);

const idsOf = ({ rows }: Stage, wanted: (row: Row) => boolean): readonly number[] =>
  rows
    .filter(wanted)
    .map(({ id }) => id)
    .sort((a, b) => a - b);

/** `''` stands for the tickets that hold nothing. */
const holdsOneOf = ({ index }: Row, some: readonly (string | readonly string[])[], { typed }: Samples): boolean =>
  some.some((one) => (index === undefined ? one === '' : JSON.stringify(one) === JSON.stringify(typed[index])));

/** The tickets of the stage, joined with what they hold of the field. */
const ticketsOf = ({ rows, field, ctx }: Stage) =>
  ctx
    .db('ticket')
    .leftJoin({ c: 'ticket_custom' }, (join) => void join.on('c.ticket', 'ticket.id').andOnVal('c.name', field.name))
    .whereIn(
      'ticket.id',
      rows.map(({ id }) => id),
    )
    .orderBy('ticket.id')
    .select('ticket.id');

/** The tickets that a question finds. */
async function ask(stage: Stage, operator: FieldOperator, typed: string, negated = false): Promise<readonly number[]> {
  const { type, field, ctx, dialect } = stage;
  const column = fieldColumn(field, 'c', dialect);
  const { sql, bindings } = fieldCondition(type, { field, operator, values: [typed], negated, ctx, column });
  const found = (await ticketsOf(stage).whereRaw(sql, [...bindings])) as { id: number }[];
  return found.map(({ id }) => id);
}

/** What went and what came. */
const wordsOf = (change: FieldChange): readonly [string, string] =>
  change.kind === 'list' ? [change.removed.join(), change.added.join()] : [change.old, change.new];

describe('every field type', () => {
  test('has samples, and no samples are left over', async () => {
    await using site = await testSite();
    expect(
      typesOf(site)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(SAMPLES).sort());
  });

  test('uses each of its attributes in the samples', async () => {
    await using site = await testSite();
    for (const type of typesOf(site)) {
      const given = [samplesOf(type).attributes ?? {}, ...(samplesOf(type).faults ?? [])].flatMap(Object.keys);
      expect(given, type.name).toEqual(expect.arrayContaining(Object.keys(type.attributes ?? {})));
    }
  });
});

eachDialect((fresh, dialect) => {
  let site: TestSite;
  let rows: ReadonlyMap<number, number | undefined>;
  beforeAll(async () => {
    site = await openSite(await fresh());
    rows = await fill(site);
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  async function on(name: string, work: (stage: Stage) => Promise<void>): Promise<void> {
    const loaded: Row[] = [];
    for (const [id, index] of rows) {
      const value = (await site.ticket(id))[fieldName(name)];
      const holds = index !== undefined && SAMPLES[name]?.typed[index] !== undefined;
      loaded.push({ id, index: holds ? index : undefined, value });
    }
    await site.run(async (ctx) => {
      const fields = site.site.get(ITicketFields);
      const type = fields.type(name);
      const field = (await fields.all(ctx)).find((one) => one.name === fieldName(name));
      if (!field) throw new Error(`no field of type ${name}`);
      await work({ dialect, type, field: { ...field, value: '' }, samples: samplesOf(type), rows: loaded, ctx });
    });
  }

  describe.each(Object.keys(SAMPLES))('%s', (name) => {
    test('is the same value after it was stored, shown and typed again', () =>
      on(name, async (stage) => {
        const { type, field, samples, ctx } = stage;
        for (const { index = 0, value } of held(stage)) {
          const typed = samples.typed[index];
          const stored = storedText(type, value);
          expect(stored, String(typed)).not.toBe('');
          expect(storedText(type, await read(type, typed, field, ctx))).toBe(stored);
          expect(type.serialise(type.deserialise(stored)), 'serialise is idempotent').toBe(stored);
          const shown = displayText(type, value, field, ctx.timeZone);
          expect(storedText(type, await read(type, shown, field, ctx)), `shown as ${shown}`).toBe(stored);
          const control = typedText(type, value, field, ctx.timeZone);
          expect(storedText(type, await read(type, control, { ...field, value }, ctx)), `typed as ${control}`).toBe(stored);
        }
      }));

    test('refuses bad input with a sentence that names the field', async () => {
      for (const bad of SAMPLES[name]?.refused ?? []) {
        const filing = site.fileTicket({ summary: 'Bad', [fieldName(name)]: bad });
        const error: unknown = await filing.then(() => undefined).catch((reason: unknown) => reason);
        expect(error, `${name} took ${JSON.stringify(bad)}`).toBeInstanceOf(RefusedError);
        const [problem] = (error as RefusedError).problems;
        expect(problem?.field).toBe(`field_${fieldName(name)}`);
        expect(problem?.message).toMatch(/^.{10,}[.0-9#a-z]$/su);
        expect(problem?.message).toMatch(new RegExp(`${labelOf(name)}|characters`));
      }
    });

    test('keeps what no database can store out', async () => {
      const filing = site.fileTicket({ summary: 'Bad', [fieldName(name)]: 'a\0b' });
      await expect(filing).rejects.toBeInstanceOf(RefusedError);
    });

    test('is empty when nothing is typed, or has a value for it', () =>
      on(name, async ({ type, field, ctx }) => {
        const empty = await read(type, '', { ...field, optional: true }, ctx);
        expect(isEmpty(empty) || storedText(type, empty) === '0').toBe(true);
      }));

    test('takes any stored text without falling over', () =>
      on(name, async ({ type, field, ctx }) => {
        for (const text of [
          '',
          'x',
          '-',
          '-~',
          '12',
          '-12',
          '999999999999999999999999',
          '|',
          ', ',
          '<b>',
          '\u{1d49c}',
          '0.',
          'NaN',
        ]) {
          const value = type.deserialise(text);
          expect(typeof displayText(type, value, field, ctx.timeZone)).toBe('string');
          expect(typeof typedText(type, value, field, ctx.timeZone)).toBe('string');
          expect(structuredClone(describeChange(type, text, 'y', field, ctx.timeZone))).toBeTruthy();
        }
      }));

    test('sorts in the database as in memory, empty values last', () =>
      on(name, async (stage) => {
        const { type, field, samples, rows: all, ctx } = stage;
        const query = ticketsOf(stage).clearOrder();
        for (const { sql, bindings } of fieldOrder(type, fieldColumn(field, 'c', dialect)))
          query.orderByRaw(ctx.db.raw(sql, [...bindings]));
        const found = (await query.orderBy('ticket.id')) as { id: number }[];
        const inMemory = [...all].sort((a, b) => compareValues(type, a.value, b.value) || a.id - b.id);
        expect(found.map(({ id }) => id)).toEqual(inMemory.map(({ id }) => id));
        expect(inMemory.slice(0, samples.typed.length).map(({ index }) => index)).toEqual([...samples.typed.keys()]);
      }));

    test('is found by the questions it offers, and by none else', () =>
      on(name, async (stage) => {
        const { type, samples } = stage;
        for (const [operator, typed, finds] of samples.questions ?? []) {
          const isFound = (row: Row): boolean => holdsOneOf(row, finds, samples);
          expect(await ask(stage, operator, typed), `${operator} ${typed}`).toEqual(idsOf(stage, isFound));
          expect(await ask(stage, operator, typed, true), `not ${operator} ${typed}`).toEqual(
            idsOf(stage, (row) => !isFound(row)),
          );
        }
        expect(await ask(stage, 'is', '')).toEqual(idsOf(stage, ({ index }) => index === undefined));
        expect(await ask(stage, 'is', '', true)).toEqual(idsOf(stage, ({ index }) => index !== undefined));
        const foreign = (['contains', 'between', 'has'] as const).filter((one) => !operatorsOf(type).includes(one));
        for (const operator of foreign) await expect(ask(stage, operator, '1')).rejects.toThrow(labelOf(name));
      }));

    test('binds what was asked for, whatever it says', () =>
      on(name, async (stage) => {
        for (const operator of operatorsOf(stage.type)) {
          const found: unknown = await ask(stage, operator, "x' or 1=1 --").catch((reason: unknown) => reason);
          if (!(found instanceof InvalidValueError)) expect(found, operator).toEqual([]);
        }
      }));

    test('goes to programs and comes back; its schema takes that and refuses garbage, and so does the type', () =>
      on(name, async (stage) => {
        const { type, field, samples, ctx } = stage;
        await using app = fastify({ ajv: { customOptions: { coerceTypes: false, strict: false } } });
        let accepts: (json: unknown) => boolean = () => false;
        app.get('/', async (request) => {
          const validate = request.compileValidationSchema({ ...schemaOf(type, field) });
          accepts = (json) => validate(json) === true;
          return '';
        });
        await app.inject('/');
        for (const { value } of held(stage)) {
          const json: unknown = JSON.parse(JSON.stringify(valueToJson(type, value, field)));
          expect(accepts(json), JSON.stringify(json)).toBe(true);
          expect(storedText(type, await read(type, valueFromJson(type, json, field), field, ctx))).toBe(storedText(type, value));
        }
        expect(accepts(null)).toBe(true);
        expect(valueFromJson(type, null, field)).toBe('');
        for (const json of samples.garbage) {
          expect(accepts(json), `the schema takes ${JSON.stringify(json)}`).toBe(false);
          const reading = (async () => read(type, valueFromJson(type, json, field), field, ctx))();
          await expect(reading, JSON.stringify(json)).rejects.toBeInstanceOf(InvalidValueError);
        }
      }));

    test('says what changed in plain words', () =>
      on(name, async (stage) => {
        const { type, field, ctx } = stage;
        const texts = ['', ...held(stage).map(({ value }) => storedText(type, value))];
        const pairs = texts.flatMap((before) => texts.filter((text) => text !== before).map((after) => [before, after] as const));
        for (const [before, after] of pairs) {
          const change = describeChange(type, before, after, field, ctx.timeZone);
          expect(structuredClone(change)).toEqual(change);
          const [old, now] = wordsOf(change);
          expect(old + now, `${before} to ${after}`).not.toBe('');
          expect([before === '' && old !== '', after === '' && now !== '']).toEqual([false, false]);
        }
      }));

    test('adds and removes in many tickets at once, where it is a list', () =>
      on(name, async (stage) => {
        const { type, field } = stage;
        const modes = batchModesOf(type, field);
        expect(modes).toContain('set');
        const [one, other] = held(stage).map(({ value }) => value);
        expect(batchValue(type, 'set', one, other)).toBe(other);
        if (!modes.includes('add')) return;
        expect(storedText(type, batchValue(type, 'remove', batchValue(type, 'add', '', one), one))).toBe('');
        const both = batchValue(type, 'add', one, other);
        expect(storedText(type, batchValue(type, 'add', both, other))).toBe(storedText(type, both));
      }));
  });
});

describe('attributes', () => {
  test('as in the samples are fine', async () => {
    await using site = await testSite({ ini: INI, plugins: { hide: { HideThree } } });
    expect(
      site.site
        .all(IDiagnostician)
        .flatMap((one) => one.diagnose())
        .filter(({ place }) => place?.section === 'ticket-custom'),
    ).toEqual([]);
  });

  const faults = Object.entries(SAMPLES).flatMap(([type, { faults: sets = [] }]) =>
    sets.map((attributes) => [type, attributes] as const),
  );
  test.each(faults)('%s %o are reported with their line', async (type, attributes) => {
    const base = 'options' in attributes || !SAMPLES[type]?.attributes?.['options'] ? {} : { options: 'a|b' };
    await using site = await testSite({ ini: `[ticket-custom]\n${sectionOf(type, { ...base, ...attributes })}\n` });
    const found = site.site
      .all(IDiagnostician)
      .flatMap((one) => one.diagnose())
      .filter(({ place }) => place?.section === 'ticket-custom');
    expect(found.length).toBeGreaterThan(0);
    for (const { message, remedy, place } of found) {
      expect(message).toContain(fieldName(type));
      expect(remedy).toMatch(/\w+.*\.$/);
      expect(place?.line).toBeGreaterThan(1);
    }
    expect(
      attributeFaults(typesOf(site).find(({ name }) => name === type) as FieldType, {
        name: fieldName(type),
        type,
        attributes,
        value: attributes['value'] ?? '',
        format: attributes['format'] ?? '',
        options: attributes['options']?.split('|') ?? [],
      }),
    ).not.toEqual([]);
  });
});
