import { expect, test } from 'vitest';
import { quoteText } from '../../../../plugins/ticket-web/quote.ts';

test('a quotation names its source and marks each line', () => {
  expect(quoteText('a\r\nb\n', 'Replying to [comment:3 joe]:')).toBe('Replying to [comment:3 joe]:\n> a\n> b\n\n');
});
