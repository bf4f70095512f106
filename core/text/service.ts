import { component } from '../kernel/component.ts';
import { ISettings } from '../kernel/configuration.ts';
import type { Diagnosis } from '../kernel/errors.ts';
import { parseSwitch } from '../kernel/literals.ts';
import { ILog } from '../kernel/log.ts';
import { nearest } from '../kernel/nearest.ts';
import { option } from '../kernel/option.ts';
import { IDiagnostician } from '../kernel/registry.ts';
import type { OperationContext } from '../security/context.ts';
import { type Compiled, compiledTexts } from './compiled.ts';
import { type Fillers, Page } from './draw.ts';
import {
  ITextFormatProvider,
  ITexts,
  IWikiMacroProvider,
  IWikiSyntaxProvider,
  type LinkResolver,
  type TextFormat,
  type TextItem,
  type TextScope,
  type WikiMacro,
} from './extension-points.ts';

const options = {
  format: option.text('ticket', 'text_format', 'wiki', 'What new texts are written in: wiki or markdown. Texts keep theirs.'),
  newlines: option.text(
    'ticket',
    'preserve_newlines',
    'default',
    'Keep the ends of lines in descriptions and comments: yes (which is also the default) or no.',
  ),
  cacheSize: option.int('ticket', 'text_cache_size', 16_777_216, 'Bytes of memory for texts that were formatted once.'),
} as const;

interface Needs {
  readonly formats: Iterable<ITextFormatProvider>;
  readonly syntax: Iterable<IWikiSyntaxProvider>;
  readonly macros: Iterable<IWikiMacroProvider>;
  readonly settings: ISettings;
  readonly log: ILog;
  readonly options: { readonly format: string; readonly newlines: string; readonly cacheSize: number };
}

/** undefined: it says nothing that can be read. */
const keepsNewlines = (text: string): boolean | undefined => (['', 'default'].includes(text.trim()) ? true : parseSwitch(text));

function resolversOf(providers: Iterable<IWikiSyntaxProvider>): ReadonlyMap<string, LinkResolver> {
  const all = [...providers].flatMap((one) => one.getLinkResolvers?.() ?? []);
  const pairs = all.flatMap((resolver) => resolver.namespaces.map((name) => [name, resolver] as const));
  return new Map(pairs.reverse());
}

function macrosOf(providers: Iterable<IWikiMacroProvider>): ReadonlyMap<string, WikiMacro> {
  const all = [...providers].flatMap((one) => one.getMacros());
  return new Map(all.map((macro) => [macro.name.toLowerCase(), macro] as const).reverse());
}

function formatsOf(providers: Iterable<ITextFormatProvider>): ReadonlyMap<string, TextFormat> {
  const all = [...providers].flatMap((one) => one.getTextFormats());
  const names = new Set(all.map(({ name }) => name));
  return new Map([...names].flatMap((name) => all.filter((one) => one.name === name).slice(0, 1)).map((one) => [one.name, one]));
}

const EMPTY: Compiled = { format: '', inline: false, breaks: false, text: { parts: [] }, html: '' };

/** Reads texts in every format there is, keeps what it read, and fills in what depends on the reader. */
class TextService implements ITexts, IDiagnostician {
  readonly #needs: Needs;
  readonly #breaks: boolean;
  readonly #compiled: ReturnType<typeof compiledTexts>;
  #formats: ReadonlyMap<string, TextFormat> | undefined;
  #fillers: Fillers | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#breaks = keepsNewlines(needs.options.newlines) ?? true;
    this.#compiled = compiledTexts(() => this.#byName(), needs.options.cacheSize, needs.log);
  }

  get formats(): readonly TextFormat[] {
    return [...this.#byName().values()];
  }

  get current(): string {
    const { format } = this.#needs.options;
    const known = this.#byName();
    if (known.has(format)) return format;
    return known.has(options.format.fallback) ? options.format.fallback : (this.formats[0]?.name ?? 'plain');
  }

  async render(ctx: OperationContext, items: readonly TextItem[], scope: TextScope): Promise<readonly string[]> {
    const texts = items.map((item) => (item.source === '' ? EMPTY : this.#read(item, scope)));
    const open = texts.filter(({ html }) => html === undefined).map(({ text }) => text);
    if (open.length === 0) return texts.map(({ html }) => html ?? '');
    const page = new Page(ctx, scope, this.#getFillers());
    await page.fill(open);
    return texts.map(({ html, text }) => html ?? page.draw(text));
  }

  renderPlain(item: TextItem, scope: TextScope): string | undefined {
    return item.source === '' ? '' : this.#read(item, scope).html;
  }

  diagnose(): readonly Diagnosis[] {
    const names = [...this.#needs.formats].flatMap((one) => one.getTextFormats()).map(({ name }) => name);
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name): Diagnosis => {
      const remedy = 'Disable one of the plugins that provide it under [components]; until then the first one counts.';
      return { severity: 'error', message: `Two text formats are called ${name}.`, remedy };
    });
    return [...twice, ...this.#misread(names)];
  }

  /** What is wrong with the options. */
  #misread(names: readonly string[]): readonly Diagnosis[] {
    const { settings, options: given } = this.#needs;
    const found: Diagnosis[] = [];
    const add = (name: string, message: string, remedy: string): unknown =>
      found.push({ severity: 'error', message, remedy, place: settings.place('ticket', name) });
    if (names.length > 0 && !names.includes(given.format)) {
      const meant = nearest(given.format, names);
      const remedy = `Write one of: ${names.join(', ')}.`;
      const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
      add('text_format', `There is no text format ${JSON.stringify(given.format)}.${question}`, remedy);
    }
    if (keepsNewlines(given.newlines) === undefined)
      add('preserve_newlines', `${JSON.stringify(given.newlines)} is neither yes nor no.`, 'Write default, yes or no.');
    return found;
  }

  /** What this reader may not see is cut before the text is read: then no format has to think of it. */
  #read({ source, format, inline = false, breaks, passing = false }: TextItem, scope: TextScope): Compiled {
    return this.#compiled({ source: scope.hide(source), format, inline, breaks: breaks ?? (!inline && this.#breaks), passing });
  }

  #byName(): ReadonlyMap<string, TextFormat> {
    this.#formats ??= formatsOf(this.#needs.formats);
    return this.#formats;
  }

  #getFillers(): Fillers {
    this.#fillers ??= { resolvers: resolversOf(this.#needs.syntax), macros: macrosOf(this.#needs.macros) };
    return this.#fillers;
  }
}

/** Draws texts. */
export const Texts = component({
  doc: 'Draws texts: formats, links, macros.',
  implements: [ITexts, IDiagnostician],
  uses: {
    formats: ITextFormatProvider,
    syntax: IWikiSyntaxProvider,
    macros: IWikiMacroProvider,
    settings: ISettings,
    log: ILog,
  },
  options,
  create: (needs) => new TextService(needs),
});
