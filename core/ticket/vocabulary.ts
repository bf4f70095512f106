import { type AdjunctReplacement, type AdjunctType, IAdjunctHolder, type UseFilter } from '../adjunct/types.ts';
import { component } from '../kernel/component.ts';
import type { OperationContext } from '../security/context.ts';
import { ITicketService } from './extension-points.ts';
import { countValues, textsHolding } from './replacement.ts';
import { normaliseKeywords } from './values.ts';

/** The field that draws on a vocabulary. */
const fieldOf = (type: AdjunctType): string => (type === 'ticket_type' ? 'type' : type);

const words = (text: string): string[] => text.split(/[,;\s]+/).filter(Boolean);

/** The keyword lists that hold a word, each with what it reads when `to` takes the word's place. */
async function keywordTexts(ctx: OperationContext, word: string, to: string): Promise<ReadonlyMap<string, string>> {
  const texts = (await textsHolding(ctx.db, 'keywords', word)).filter((text) => words(text).includes(word));
  return new Map(texts.map((text) => [text, normaliseKeywords(text, word, to)]));
}

/** Tickets hold values of vocabularies: they follow when one is renamed, merged or deleted. */
export const TicketVocabulary = component({
  doc: 'Lets tickets follow when a value of a vocabulary is renamed, merged or deleted.',
  implements: [IAdjunctHolder],
  uses: { tickets: ITicketService },
  create: ({ tickets }) => ({
    async countUses(ctx: OperationContext, type: AdjunctType, { name, openOnly }: UseFilter) {
      if (type !== 'keyword') return countValues(ctx.db, fieldOf(type), { value: name, openOnly });
      if (name === undefined) return new Map<string, number>();
      let count = 0;
      for (const text of (await keywordTexts(ctx, name, '')).keys())
        count += (await countValues(ctx.db, 'keywords', { value: text, openOnly })).get(text) ?? 0;
      return new Map(count > 0 ? [[name, count]] : []);
    },
    async replaceValue(ctx: OperationContext, type: AdjunctType, { from, to, ...reason }: AdjunctReplacement) {
      if (type !== 'keyword') return tickets.replaceValue(ctx, { field: fieldOf(type), from, to, ...reason });
      let count = 0;
      for (const [text, next] of await keywordTexts(ctx, from, to))
        count += await tickets.replaceValue(ctx, { field: 'keywords', from: text, to: next, ...reason });
      return count;
    },
  }),
});
