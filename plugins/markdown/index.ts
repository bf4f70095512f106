import { component, ITextFormatProvider } from 'tracts';
import { markdownFormat } from './format.ts';

/** `[ticket] text_format = markdown`. */
export const Markdown = component({
  doc: 'Texts in Markdown, as on GitHub.',
  implements: [ITextFormatProvider],
  create: () => {
    const formats = [markdownFormat()];
    return { getTextFormats: () => formats };
  },
});
