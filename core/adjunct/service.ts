import { type Cached, IGenerations } from '../db/generation.ts';
import { component } from '../kernel/component.ts';
import { TracError } from '../kernel/errors.ts';
import { IRegistry } from '../kernel/registry.ts';
import type { OperationContext } from '../security/context.ts';
import { ADJUNCT_NOUNS, checkDetails, cleanName } from './names.ts';
import {
  deleteValue,
  insertValue,
  isRanked,
  loadVocabularies,
  renameValue,
  setRank,
  updateDetails,
  upsertValue,
  type Vocabularies,
} from './store.ts';
import {
  type Adjunct,
  type AdjunctDetails,
  type AdjunctDisposal,
  AdjunctError,
  type AdjunctReplacement,
  type AdjunctType,
  IAdjunctHolder,
  IAdjunctService,
  ITicketAdjunctChangeListener,
  ITicketAdjunctContributor,
  type UseFilter,
} from './types.ts';

/** Components, milestones, versions and the enums, as stored and as contributed. */
export const AdjunctSystem = component({
  doc: 'Components, milestones, versions, priorities, severities, ticket types, resolutions, keywords.',
  implements: [IAdjunctService],
  uses: {
    contributors: ITicketAdjunctContributor,
    listeners: ITicketAdjunctChangeListener,
    holders: IAdjunctHolder,
    generations: IGenerations,
    registry: IRegistry,
  },
  create: (needs) => new Adjuncts(needs),
});

interface Needs {
  readonly contributors: Iterable<ITicketAdjunctContributor>;
  readonly listeners: Iterable<ITicketAdjunctChangeListener>;
  readonly holders: Iterable<IAdjunctHolder>;
  readonly generations: IGenerations;
  readonly registry: IRegistry;
}

const quoted = (name: string): string => `“${name}”`;

class Adjuncts implements IAdjunctService {
  readonly #needs: Needs;
  readonly #stored: Cached<Vocabularies>;
  #known: readonly ITicketAdjunctContributor[] | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#stored = needs.generations.cached('adjuncts', loadVocabularies);
  }

  async list(ctx: OperationContext, type: AdjunctType): Promise<readonly Adjunct[]> {
    const stored = this.#stored.peek(ctx.db) ?? (await this.#stored.get(ctx.db));
    const values = stored.get(type) ?? [];
    const contributors = this.#contributors();
    if (contributors.length === 0) return values;
    const names = new Set(values.map(({ name }) => name));
    const all = [...values];
    for (const contributor of contributors) {
      const source = this.#needs.registry.idOf(contributor);
      for (const value of await contributor.getAdjuncts(type))
        if (!names.has(value.name) && names.add(value.name)) all.push({ ...value, source });
    }
    return all;
  }

  edition(ctx: OperationContext): object | Promise<object> {
    // What contributors give may change without a word.
    return this.#contributors().length === 0 ? (this.#stored.peek(ctx.db) ?? this.#stored.get(ctx.db)) : {};
  }

  /** Asked for with every form; which there are never changes. */
  #contributors(): readonly ITicketAdjunctContributor[] {
    this.#known ??= [...this.#needs.contributors];
    return this.#known;
  }

  async countUses(ctx: OperationContext, type: AdjunctType, filter: UseFilter = {}): Promise<ReadonlyMap<string, number>> {
    const total = new Map<string, number>();
    for (const holder of this.#needs.holders)
      for (const [name, count] of await holder.countUses(ctx, type, filter)) total.set(name, (total.get(name) ?? 0) + count);
    return total;
  }

  async create(
    ctx: OperationContext,
    type: AdjunctType,
    given: { readonly name: string } & Partial<AdjunctDetails>,
  ): Promise<Adjunct> {
    const name = cleanName(type, given.name);
    checkDetails(given);
    const known = await this.#begin(ctx, type);
    this.#requireFree(type, known, name);
    const { description = '', ...details } = given;
    const rank = isRanked(type) ? { rank: storedOf(known).length + 1 } : {};
    const value: Adjunct = { ...details, name, description, ...rank };
    await insertValue(ctx.db, type, value);
    await this.#tell((listener) => listener.adjunctCreated?.(ctx, type, value));
    return value;
  }

  async change(ctx: OperationContext, type: AdjunctType, name: string, details: Partial<AdjunctDetails>): Promise<void> {
    checkDetails(details);
    const before = this.#requireStored(type, await this.#begin(ctx, type), name);
    const value: Adjunct = { ...before, ...details };
    if (isSame(before, value)) return;
    await updateDetails(ctx.db, type, value);
    await this.#tell((listener) => listener.adjunctChanged?.(ctx, type, value, before));
  }

  async rename(ctx: OperationContext, type: AdjunctType, name: string, to: string): Promise<number> {
    const next = cleanName(type, to);
    const known = await this.#begin(ctx, type);
    const before = this.#requireStored(type, known, name);
    if (next === name) return 0;
    this.#requireFree(type, known, next);
    await renameValue(ctx.db, type, name, next);
    const noun = ADJUNCT_NOUNS[type];
    const comment = `The ${noun} ${quoted(name)} is now called ${quoted(next)}.`;
    const count = await this.#replace(ctx, type, { from: name, to: next, action: `rename ${noun}`, comment });
    const value: Adjunct = { ...before, name: next };
    await this.#tell((listener) => listener.adjunctRenamed?.(ctx, type, value, before));
    return count;
  }

  async merge(ctx: OperationContext, type: AdjunctType, name: string, into: string): Promise<number> {
    const known = await this.#begin(ctx, type);
    const value = this.#requireStored(type, known, name);
    this.#requireTarget(type, known, name, into);
    const noun = ADJUNCT_NOUNS[type];
    const comment = `The ${noun} ${quoted(name)} was merged into ${quoted(into)}.`;
    return this.#remove(ctx, type, value, { from: name, to: into, action: `merge ${noun}`, comment });
  }

  async remove(ctx: OperationContext, type: AdjunctType, name: string, tickets: AdjunctDisposal): Promise<number> {
    const known = await this.#begin(ctx, type);
    const value = this.#requireStored(type, known, name);
    const to = tickets === 'keep' ? undefined : tickets.replaceBy;
    if (to) this.#requireTarget(type, known, name, to);
    const noun = ADJUNCT_NOUNS[type];
    const instead = to ? `; ${quoted(to)} takes its place` : '';
    const comment = `The ${noun} ${quoted(name)} was deleted${instead}.`;
    const replacement = to === undefined ? undefined : { from: name, to, action: `delete ${noun}`, comment };
    return this.#remove(ctx, type, value, replacement);
  }

  async retarget(ctx: OperationContext, type: AdjunctType, name: string, to: string): Promise<number> {
    const known = await this.#begin(ctx, type);
    if (to) this.#requireTarget(type, known, name, to);
    const noun = ADJUNCT_NOUNS[type];
    const comment = `Moved out of the ${noun} ${quoted(name)}${to ? ` into ${quoted(to)}` : ''}.`;
    return this.#replace(ctx, type, { from: name, to, action: `retarget ${noun}`, comment, openOnly: true });
  }

  async reorder(ctx: OperationContext, type: AdjunctType, names: readonly string[]): Promise<void> {
    const noun = ADJUNCT_NOUNS[type];
    if (!isRanked(type)) throw new AdjunctError('order', `A ${noun} has no rank: its place in the list follows from what it is.`);
    const stored = storedOf(await this.#begin(ctx, type));
    const fault = permutationFault(
      stored.map(({ name }) => name),
      names,
    );
    if (fault !== undefined) throw new AdjunctError('order', fault);
    for (const before of stored) {
      const rank = names.indexOf(before.name) + 1;
      if (rank === before.rank) continue;
      await setRank(ctx.db, type, before.name, rank);
      await this.#tell((listener) => listener.adjunctChanged?.(ctx, type, { ...before, rank }, before));
    }
  }

  async save(ctx: OperationContext, type: AdjunctType, value: Adjunct): Promise<void> {
    await upsertValue(ctx.db, type, value);
    await this.#needs.generations.bump(ctx, 'adjuncts');
  }

  /** Opens a change: from here on this transaction reads past the cache. Returns the list as it is now. */
  async #begin(ctx: OperationContext, type: AdjunctType): Promise<readonly Adjunct[]> {
    if (!ctx.writable) throw new TracError('ADJUNCTS', 'IAdjunctService needs a writing transaction here: use IContexts.write.');
    await this.#needs.generations.bump(ctx, 'adjuncts');
    return this.list(ctx, type);
  }

  #requireStored(type: AdjunctType, known: readonly Adjunct[], name: string): Adjunct {
    const found = known.find((value) => value.name === name);
    if (!found) throw new AdjunctError('name', `There is no ${ADJUNCT_NOUNS[type]} ${quoted(name)}.`);
    if (found.source !== undefined)
      throw new AdjunctError('name', `${quoted(name)} is contributed by ${found.source}; it can be changed only there.`);
    return found;
  }

  #requireFree(type: AdjunctType, known: readonly Adjunct[], name: string): void {
    const rival = known.find((value) => value.name === name);
    if (rival?.source !== undefined)
      throw new AdjunctError('name', `${quoted(name)} is there already: ${rival.source} contributes it.`);
    if (rival) throw new AdjunctError('name', `There is a ${ADJUNCT_NOUNS[type]} ${quoted(name)} already.`);
  }

  #requireTarget(type: AdjunctType, known: readonly Adjunct[], name: string, to: string): void {
    if (to === name) throw new AdjunctError('target', `Choose another ${ADJUNCT_NOUNS[type]} than ${quoted(name)} itself.`);
    if (!known.some((value) => value.name === to))
      throw new AdjunctError('target', `There is no ${ADJUNCT_NOUNS[type]} ${quoted(to)}.`);
  }

  /** Takes the value away, closes the gap in the ranks, and lets what held it follow. */
  async #remove(ctx: OperationContext, type: AdjunctType, value: Adjunct, replacement?: AdjunctReplacement): Promise<number> {
    await deleteValue(ctx.db, type, value.name);
    const rest = storedOf(await this.list(ctx, type));
    if (isRanked(type))
      for (const [index, { name, rank }] of rest.entries()) if (rank !== index + 1) await setRank(ctx.db, type, name, index + 1);
    const count = replacement ? await this.#replace(ctx, type, replacement) : 0;
    await this.#tell((listener) => listener.adjunctDeleted?.(ctx, type, value, replacement?.to));
    return count;
  }

  async #replace(ctx: OperationContext, type: AdjunctType, replacement: AdjunctReplacement): Promise<number> {
    let count = 0;
    for (const holder of this.#needs.holders) count += await holder.replaceValue(ctx, type, replacement);
    ctx.log.info('vocabulary changed', { type, action: replacement.action, tickets: count, user: ctx.user.name });
    return count;
  }

  async #tell(say: (listener: ITicketAdjunctChangeListener) => void | Promise<void>): Promise<void> {
    for (const listener of this.#needs.listeners) await say(listener);
  }
}

const storedOf = (values: readonly Adjunct[]): readonly Adjunct[] => values.filter(({ source }) => source === undefined);

const isSame = (a: Adjunct, b: Adjunct): boolean =>
  a.description === b.description &&
  (a.owner ?? '') === (b.owner ?? '') &&
  (['time', 'due', 'completed'] as const).every((key) => a[key]?.getTime() === b[key]?.getTime());

/** Why `names` is no new order of `stored`, in a sentence. */
function permutationFault(stored: readonly string[], names: readonly string[]): string | undefined {
  const strange = names.find((name) => !stored.includes(name));
  if (strange !== undefined) return `${quoted(strange)} cannot be put in order: it is not one of the stored values.`;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `${quoted(twice)} stands twice in the new order; each value has one place.`;
  const missing = stored.find((name) => !names.includes(name));
  return missing === undefined ? undefined : `${quoted(missing)} is missing in the new order; name every value once.`;
}
