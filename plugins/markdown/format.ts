import createMarkdown, { type MarkdownIt, type Token } from 'markdown-it';
import { type CompiledText, type CompileOptions, plainHtml, type TextFormat, type TextLink, type TextMacro } from 'tracts';
import { finishBlocks } from './blocks.ts';
import { highlight } from './highlight.ts';
import { GAP, isAddress } from './references.ts';

/** Deeper blocks are not read. */
const DEEPEST = 60;
/** Characters of code to be coloured in one text. */
const MOST_CODE = 60_000;

type Part = TextLink | TextMacro;
interface Environment {
  parts: Part[];
  coloured: number;
}

/** Stands for a gap in the HTML. No text can hold it: NUL is replaced before a text is read. */
const SIGN = '\0';

function createParser(breaks: boolean): MarkdownIt {
  const parser = createMarkdown({ html: false, linkify: true, breaks, xhtmlOut: true, maxNesting: DEEPEST });
  parser.validateLink = isAddress;
  parser.linkify.set({ fuzzyLink: true, fuzzyEmail: true });
  parser.core.ruler.before('text_join', 'tracts', finishBlocks);
  const { rules } = parser.renderer;
  rules[GAP] = (tokens, index, _options, env) => {
    const { parts } = env as unknown as Environment;
    parts.push(tokens[index]?.meta?.['part'] as Part);
    return `${SIGN}${parts.length - 1}${SIGN}`;
  };
  rules['task'] = (tokens, index) => {
    const done = tokens[index]?.meta?.['done'] === true;
    return `<input type="checkbox" class="task" disabled="disabled"${done ? ' checked="checked" aria-label="done"' : ' aria-label="to do"'} /> `;
  };
  rules['fence'] = (tokens, index, _options, env) => drawFence(parser, tokens[index], env as unknown as Environment);
  return parser;
}

function drawFence(parser: MarkdownIt, token: Token | undefined, env: Environment): string {
  const code = token?.content ?? '';
  const language = (token?.info ?? '').trim().split(/\s+/, 1)[0] ?? '';
  env.coloured += code.length;
  const html = env.coloured > MOST_CODE ? '' : highlight(code, language.toLowerCase());
  const escaped = html === '' ? parser.utils.escapeHtml(code) : html;
  return `<pre><code${language === '' ? '' : ` class="hljs language-${parser.utils.escapeHtml(language)}"`}>${escaped}</code></pre>\n`;
}

/** HTML with signs as parts. */
function split(html: string, parts: readonly Part[]): CompiledText['parts'] {
  if (parts.length === 0) return [html];
  return html.split(SIGN).flatMap((piece, index): CompiledText['parts'] => {
    if (index % 2 === 0) return piece === '' ? [] : [piece];
    const part = parts[Number(piece)];
    return part === undefined ? [] : [part];
  });
}

/** Markdown as on GitHub, with references to tickets, comments and people. */
export function markdownFormat(): TextFormat {
  const parsers = new Map<boolean, MarkdownIt>();
  const parserFor = (breaks: boolean): MarkdownIt => {
    const parser = parsers.get(breaks) ?? createParser(breaks);
    parsers.set(breaks, parser);
    return parser;
  };
  return {
    name: 'markdown',
    label: 'Markdown',
    compile(source: string, { inline, breaks }: CompileOptions): CompiledText {
      const parser = parserFor(breaks);
      const env: Environment = { parts: [], coloured: 0 };
      const shared = env as unknown as Parameters<MarkdownIt['parse']>[1];
      const tokens = inline ? parser.parseInline(source.replace(/\s*\n\s*/g, ' '), shared) : parser.parse(source, shared);
      // What stands deeper was passed over: nobody's text may vanish.
      if (tokens.some(({ level }) => level >= DEEPEST - 1))
        return { parts: [plainHtml(source)], notice: 'This text is nested too deeply to be formatted.' };
      return { parts: split(parser.renderer.render(tokens, parser.options, shared), env.parts) };
    },
  };
}
