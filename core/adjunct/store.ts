import type { Knex } from 'knex';
import { fromMicros, toMicros } from '../db/instants.ts';
import type { Adjunct, AdjunctDetails, AdjunctType } from './types.ts';

/** Vocabularies in the table `enum`, told apart by its column `type`; the others have tables of their own. */
const ENUMS: readonly AdjunctType[] = ['priority', 'severity', 'ticket_type', 'resolution', 'keyword'];
/** Every vocabulary there is. */
export const ADJUNCT_TYPES: readonly AdjunctType[] = [...ENUMS, 'component', 'version', 'milestone'];

/** True for a vocabulary whose values have ranks. */
export const isRanked = (type: AdjunctType): boolean => ENUMS.includes(type);

/** The stored values of every vocabulary, in display order. */
export type Vocabularies = ReadonlyMap<AdjunctType, readonly Adjunct[]>;

const toTime = (micros: number | null): Date | undefined => (micros ? fromMicros(micros) : undefined);
const timeColumn = (time: Date | undefined): number | null => (time ? toMicros(time) : null);
const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;

/** Open before completed, then by due date with undated last, then by name. */
function byDue(a: Adjunct, b: Adjunct): number {
  const rank = ({ completed, due }: Adjunct): number => (completed ? 1e15 + completed.getTime() : (due?.getTime() ?? 9e14));
  return rank(a) - rank(b) || natural(a.name, b.name);
}

/** Unreleased first, then the newest; equal times by name, backwards so that 2.0 stands before 1.0. */
function byRelease(a: Adjunct, b: Adjunct): number {
  return (b.time?.getTime() ?? Number.POSITIVE_INFINITY) === (a.time?.getTime() ?? Number.POSITIVE_INFINITY)
    ? natural(b.name, a.name)
    : (b.time?.getTime() ?? Number.POSITIVE_INFINITY) - (a.time?.getTime() ?? Number.POSITIVE_INFINITY);
}

/** Reads all vocabularies: four queries. */
export async function loadVocabularies(db: Knex): Promise<Vocabularies> {
  const enums = (await db('enum').orderBy('value').orderBy('name')) as {
    type: AdjunctType;
    name: string;
    value: number;
    description: string;
  }[];
  const components = (await db('component')) as { name: string; owner: string; description: string }[];
  const versions = (await db('version')) as { name: string; time: number | null; description: string }[];
  const milestones = (await db('milestone')) as {
    name: string;
    due: number | null;
    completed: number | null;
    description: string;
  }[];
  const found = new Map<AdjunctType, Adjunct[]>(ADJUNCT_TYPES.map((type) => [type, []]));
  for (const { type, name, value, description } of enums) found.get(type)?.push({ name, description, rank: value });
  found.set(
    'component',
    components.sort((a, b) => natural(a.name, b.name)),
  );
  found.set(
    'version',
    versions.map(({ name, time, description }): Adjunct => ({ name, description, time: toTime(time) })).sort(byRelease),
  );
  found.set(
    'milestone',
    milestones
      .map(
        ({ name, due, completed, description }): Adjunct => ({
          name,
          description,
          due: toTime(due),
          completed: toTime(completed),
        }),
      )
      .sort(byDue),
  );
  return found;
}

type Row = Readonly<Record<string, unknown>>;

function detailsRow(type: AdjunctType, { description = '', owner = '', time, due, completed }: Partial<AdjunctDetails>): Row {
  if (type === 'component') return { description, owner };
  if (type === 'version') return { description, time: timeColumn(time) };
  if (type === 'milestone') return { description, due: timeColumn(due), completed: timeColumn(completed) };
  return { description };
}

/** The rows of one vocabulary, or the one of that name. */
function rowsOf(db: Knex, type: AdjunctType, name?: string): Knex.QueryBuilder {
  const rows = isRanked(type) ? db('enum').where({ type }) : db(type);
  return name === undefined ? rows : rows.where({ name });
}

const tableOf = (type: AdjunctType): string => (isRanked(type) ? 'enum' : type);
const newRow = (type: AdjunctType, value: Adjunct): Row => ({
  name: value.name,
  ...detailsRow(type, value),
  ...(isRanked(type) ? { type, value: value.rank ?? 1 } : {}),
});

export async function insertValue(db: Knex, type: AdjunctType, value: Adjunct): Promise<void> {
  await db(tableOf(type)).insert(newRow(type, value));
}

/** Adds a value, or puts it in the place of the one of that name. */
export async function upsertValue(db: Knex, type: AdjunctType, value: Adjunct): Promise<void> {
  const key = isRanked(type) ? ['type', 'name'] : ['name'];
  await db(tableOf(type)).insert(newRow(type, value)).onConflict(key).merge();
}

export async function updateDetails(db: Knex, type: AdjunctType, value: Adjunct): Promise<void> {
  await rowsOf(db, type, value.name).update(detailsRow(type, value));
}

export async function renameValue(db: Knex, type: AdjunctType, name: string, to: string): Promise<void> {
  await rowsOf(db, type, name).update({ name: to });
}

export async function deleteValue(db: Knex, type: AdjunctType, name: string): Promise<void> {
  await rowsOf(db, type, name).delete();
}

export async function setRank(db: Knex, type: AdjunctType, name: string, rank: number): Promise<void> {
  await rowsOf(db, type, name).update({ value: rank });
}
