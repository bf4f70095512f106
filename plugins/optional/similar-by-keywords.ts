import { component, ITicketSimilarityDetector, type TicketDraft } from 'tracts';

const wordsIn = (text: unknown): readonly string[] =>
  String(text ?? '')
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);

/** What the draft is about: its keywords, or while there are none the words of its summary. */
const topicsOf = ({ summary, values }: TicketDraft): ReadonlySet<string> => {
  const keywords = wordsIn(values['keywords']);
  return new Set(keywords.length > 0 ? keywords : wordsIn(summary));
};

const RECENT = 2_000;

/**
 * Finds similar tickets by their keywords alone, for sites that keep them well: of those that changed last, the ones that
 * share the most. One component finds similar tickets, so the default one goes:
 *
 *     [components]
 *     similar-by-keywords.* = enabled
 *     similarity.FullTextSimilarity = disabled
 */
export const SimilarByKeywords = component({
  doc: 'Finds similar tickets by shared keywords, in place of the full-text index.',
  implements: [ITicketSimilarityDetector],
  create: () => ({
    async findSimilar({ db }, draft, limit) {
      const topics = topicsOf(draft);
      const recent = db('ticket').orderBy('changetime', 'desc').limit(RECENT).select('id', 'keywords').as('recent');
      const rows = await db.from(recent).whereNotNull('keywords').select<{ id: number; keywords: string }[]>('id', 'keywords');
      return rows
        .map(({ id, keywords }) => {
          const own = new Set(wordsIn(keywords));
          const shared = [...topics].filter((word) => own.has(word));
          return { id, score: shared.length / new Set([...topics, ...own]).size, reason: `keywords: ${shared.join(', ')}` };
        })
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score || b.id - a.id)
        .slice(0, limit);
    },
  }),
});
