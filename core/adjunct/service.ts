import type { Knex } from 'knex';
import { IGenerations } from '../db/generation.ts';
import { component } from '../kernel/component.ts';
import type { OperationContext } from '../security/context.ts';
import { type Adjunct, type AdjunctType, IAdjunctService, ITicketAdjunctContributor } from './types.ts';

/** Vocabularies in the table `enum`, told apart by its column `type`. */
const ENUMS: readonly AdjunctType[] = ['priority', 'severity', 'ticket_type', 'resolution'];
const ALL: readonly AdjunctType[] = [...ENUMS, 'component', 'version', 'milestone'];

type Vocabularies = ReadonlyMap<AdjunctType, readonly Adjunct[]>;

const toTime = (micros: number | null): Date | undefined => (micros ? new Date(micros / 1000) : undefined);
const toMicros = (time: Date | undefined): number | null => (time ? time.getTime() * 1000 : null);
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

async function loadStored(db: Knex): Promise<Vocabularies> {
  const enums = (await db('enum').orderBy('value')) as { type: AdjunctType; name: string; value: number; description: string }[];
  const components = (await db('component')) as { name: string; owner: string; description: string }[];
  const versions = (await db('version')) as { name: string; time: number | null; description: string }[];
  const milestones = (await db('milestone')) as {
    name: string;
    due: number | null;
    completed: number | null;
    description: string;
  }[];
  const found = new Map<AdjunctType, Adjunct[]>(ALL.map((type) => [type, []]));
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

function rowOf(
  type: AdjunctType,
  { name, description, rank = 1, owner = '', time, due, completed }: Adjunct,
): Record<string, unknown> {
  if (type === 'component') return { name, description, owner };
  if (type === 'version') return { name, description, time: toMicros(time) };
  if (type === 'milestone') return { name, description, due: toMicros(due), completed: toMicros(completed) };
  return { type, name, description, value: rank };
}

/** Components, milestones, versions and the enums, as stored and as contributed. */
export const AdjunctSystem = component({
  doc: 'Components, milestones, versions, priorities, severities, ticket types, resolutions.',
  implements: [IAdjunctService],
  uses: { contributors: ITicketAdjunctContributor, generations: IGenerations },
  create: ({ contributors, generations }) => {
    const stored = generations.cached('adjuncts', loadStored);
    return {
      async list(ctx: OperationContext, type: AdjunctType): Promise<readonly Adjunct[]> {
        const values = (await stored.get(ctx.db)).get(type) ?? [];
        const all = [...contributors];
        if (all.length === 0) return values;
        const added = (await Promise.all(all.map((one) => one.getAdjuncts(type)))).flat();
        const names = new Set(values.map(({ name }) => name));
        return [...values, ...added.filter(({ name }) => !names.has(name) && names.add(name))];
      },
      async save(ctx: OperationContext, type: AdjunctType, value: Adjunct): Promise<void> {
        const isEnum = ENUMS.includes(type);
        await ctx
          .db(isEnum ? 'enum' : type)
          .insert(rowOf(type, value))
          .onConflict(isEnum ? ['type', 'name'] : ['name'])
          .merge();
        await generations.bump(ctx, 'adjuncts');
      },
    };
  },
});
