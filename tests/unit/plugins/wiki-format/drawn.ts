import type { CompileOptions, TextLink } from '../../../../core/text/extension-points.ts';
import { plainWiki } from '../../../support/golden-wiki.ts';

const linkHtml = ({ namespace, target, label }: TextLink): string => `<a href="${namespace}:${target}">${label}</a>`;

/** HTML of a text, in which a reference is `<a href="namespace:target">` and a macro `<macro>`. */
export const drawn = (text: string, options: Partial<CompileOptions> = {}): string =>
  plainWiki
    .compile(text, { inline: false, breaks: false, ...options })
    .parts.map((part) => {
      if (typeof part === 'string') return part;
      return part.kind === 'link'
        ? linkHtml(part)
        : `<macro ${part.name}(${part.args}) ${part.place} ${JSON.stringify(part.body)}>`;
    })
    .join('');

/** The inside of a text that is one paragraph. */
export const inParagraph = (text: string): string =>
  /^<p>\n(.*)\n<\/p>\n$/s.exec(drawn(text))?.[1] ?? `no paragraph: ${drawn(text)}`;
