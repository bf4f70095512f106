import { type Field, type IAdjunctService, type IPermissionService, mayViewField, type OperationContext } from 'tracts';

/** Only the tickets that were filed last are looked at: their numbers are a range of the primary key, however many there are. */
const RECENT = 1000;
/** What was read stays good that long; a word more or less a few seconds later matters to nobody. */
const KEPT_MS = 10_000;
const LONGEST_WORD = 100;

/** What proposing words needs. */
export interface WordNeeds {
  readonly adjuncts: IAdjunctService;
  readonly permissions: IPermissionService;
  /** Text as the asker may read it; a word that would read otherwise is not proposed. */
  readonly hide: (text: string) => string;
}

interface Row {
  readonly text: string | null;
}

async function textsOf({ db }: OperationContext, field: Field): Promise<readonly Row[]> {
  const last = (await db('ticket').max({ last: 'id' }).first()) as { last: number | null } | undefined;
  const first = (last?.last ?? 0) - RECENT;
  return field.custom
    ? db('ticket_custom').where('ticket', '>', first).where({ name: field.name }).select({ text: 'value' })
    : db('ticket').where('id', '>', first).whereNotNull(field.name).select({ text: field.name });
}

/** Words of the field in recent tickets, those of most tickets first. */
async function readWords(ctx: OperationContext, field: Field): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  for (const { text } of await textsOf(ctx, field))
    for (const word of new Set((text ?? '').split(/[,;\s]+/)))
      if (word !== '' && word.length <= LONGEST_WORD) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1)).map(([word]) => word);
}

/** Remembers the words in use of one site's fields for a few seconds. */
export class WordsInUse {
  readonly #kept = new Map<string, { readonly words: readonly string[]; readonly until: number }>();

  async of(ctx: OperationContext, field: Field): Promise<readonly string[]> {
    const known = this.#kept.get(field.name);
    if (known && known.until > ctx.now.getTime()) return known.words;
    const words = await readWords(ctx, field);
    this.#kept.set(field.name, { words, until: ctx.now.getTime() + KEPT_MS });
    return words;
  }
}

/** Where everybody who may view tickets may view all of them and whole, no word can give one away. */
const mayUseAll = (ctx: OperationContext, permissions: IPermissionService): boolean =>
  permissions.isUniform('TICKET_VIEW') && !permissions.judgesFields() && ctx.can('TICKET_VIEW', { realm: 'ticket' });

/**
 * Words for a text of format `list` that begin with the text, however written: for `keywords` those that administrators keep,
 * in their order, then those in use. The latter only where no policy judges ticket by ticket.
 */
export async function wordsFrom(
  { adjuncts, permissions, hide }: WordNeeds,
  inUse: WordsInUse,
  ctx: OperationContext,
  field: Field,
  { text, most }: { readonly text: string; readonly most: number },
): Promise<readonly string[]> {
  if (!mayViewField(ctx, field.name)) return [];
  const key = text.toLowerCase();
  const kept = field.name === 'keywords' ? (await adjuncts.list(ctx, 'keyword')).map(({ name }) => name) : [];
  const used = mayUseAll(ctx, permissions) ? await inUse.of(ctx, field) : [];
  const found = new Set<string>();
  for (const word of [...kept, ...used]) {
    if (found.size >= most) break;
    if (word.toLowerCase().startsWith(key) && hide(word) === word) found.add(word);
  }
  return [...found];
}
