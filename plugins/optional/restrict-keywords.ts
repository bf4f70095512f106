import { component, IAdjunctService, ITicketManipulator, nearest } from 'tracts';

const wordsOf = (value: unknown): readonly string[] =>
  String(value ?? '')
    .split(/[\s,;]+/)
    .filter(Boolean);

/**
 * Keywords come from the vocabulary “keyword” alone (Admin, Keywords). Words that a ticket has already may stay.
 *
 *     [components]
 *     restrict-keywords.* = enabled
 */
export const RestrictKeywords = component({
  doc: 'Takes only keywords of the vocabulary.',
  implements: [ITicketManipulator],
  uses: { adjuncts: IAdjunctService },
  create: ({ adjuncts }) => ({
    async *validateTicket(ctx, { before, after, changed }) {
      if (!changed.has('keywords')) return;
      const known = (await adjuncts.list(ctx, 'keyword')).map(({ name }) => name);
      const had = ctx.ticket.exists ? wordsOf(before['keywords']) : [];
      const strange = wordsOf(after['keywords']).find((word) => !known.includes(word) && !had.includes(word));
      if (strange === undefined) return;
      const near = nearest(strange, known);
      const advice = near ? `Did you mean “${near}”?` : 'An administrator can add it to the keywords.';
      yield { field: 'field_keywords', message: `“${strange.slice(0, 50)}” is not one of the keywords. ${advice}` };
    },
  }),
});
