import { TracError } from '../kernel/errors.ts';
import type { OperationContext } from '../security/context.ts';
import type { CompiledText, LinkResolver, ResolvedLink, TextLink, TextMacro, TextScope, WikiMacro } from './extension-points.ts';
import { beginsWithBlock, escapeHtml, messageHtml } from './markup.ts';
import { isSafeHref } from './safe-values.ts';

/** What fills the gaps of texts. */
export interface Fillers {
  readonly resolvers: ReadonlyMap<string, LinkResolver>;
  /** By name in lower case. */
  readonly macros: ReadonlyMap<string, WikiMacro>;
}

/** Milliseconds for all macros of a page. */
const MACRO_TIME = 1000;

type Gap = Exclude<CompiledText['parts'][number], string>;

const gapsOf = ({ parts }: CompiledText): readonly Gap[] => parts.filter((part): part is Gap => typeof part !== 'string');

/** A link as HTML; `to` undefined: nobody knows its namespace. */
function drawLink(link: TextLink, to: ResolvedLink | undefined): string {
  if (to === undefined) return escapeHtml(link.source);
  const label = to.label ?? link.label;
  const after = to.after ?? '';
  const href = to.href !== undefined && isSafeHref(to.href) ? ` href="${escapeHtml(to.href)}"` : '';
  if (href === '' && to.classes === '') return label + after;
  const classes = to.classes === '' ? '' : ` class="${escapeHtml(to.classes)}"`;
  const title = to.title === undefined ? '' : ` title="${escapeHtml(to.title)}"`;
  return `<a${classes}${href}${title}>${label}</a>${after}`;
}

/** A macro's HTML fitted into the place where the call stands. */
function fitted(html: string, { place, source }: TextMacro): string {
  if (place === 'block' || !beginsWithBlock(html)) return html;
  return place === 'paragraph' ? `</p>${html}<p>` : `<code>${escapeHtml(source)}</code>`;
}

/** Looks up all links and runs all macros of one page. */
export class Page {
  readonly #ctx: OperationContext;
  readonly #scope: TextScope;
  readonly #fillers: Fillers;
  readonly #links = new Map<TextLink, string>();
  readonly #macros = new Map<TextMacro, string>();
  /** What the macros have taken so far, in milliseconds. */
  #spent = 0;

  constructor(ctx: OperationContext, scope: TextScope, fillers: Fillers) {
    this.#ctx = ctx;
    this.#scope = scope;
    this.#fillers = fillers;
  }

  async fill(texts: readonly CompiledText[]): Promise<void> {
    await this.#findLinks(texts.flatMap(gapsOf).flatMap((gap) => this.#linkOf(gap) ?? []));
    for (const text of texts) await this.#runAll(text);
  }

  draw({ parts }: CompiledText): string {
    let html = '';
    for (const part of parts) {
      if (typeof part === 'string') html += part;
      else html += (part.kind === 'link' ? this.#links.get(part) : this.#macros.get(part)) ?? escapeHtml(part.source);
    }
    return html;
  }

  /** The reference that stands there: of a macro that nobody provides, what it may be read as too. */
  #linkOf(gap: Gap): TextLink | undefined {
    if (gap.kind === 'link') return gap;
    return typeof gap.otherwise === 'string' || this.#fillers.macros.has(gap.name.toLowerCase()) ? undefined : gap.otherwise;
  }

  async #findLinks(links: readonly TextLink[]): Promise<void> {
    const groups = new Map<LinkResolver, TextLink[]>();
    for (const link of links) {
      const resolver = this.#fillers.resolvers.get(link.namespace);
      if (resolver === undefined) {
        this.#links.set(link, drawLink(link, undefined));
        continue;
      }
      const group = groups.get(resolver);
      if (group === undefined) groups.set(resolver, [link]);
      else group.push(link);
    }
    for (const [resolver, group] of groups) await this.#resolve(resolver, group);
  }

  async #resolve(resolver: LinkResolver, links: readonly TextLink[]): Promise<void> {
    let found: readonly ResolvedLink[] = [];
    try {
      found = await resolver.resolve(this.#ctx, links, this.#scope);
    } catch (error) {
      this.#ctx.log.error('Links could not be looked up.', { namespaces: resolver.namespaces, error: String(error) });
    }
    for (const [index, link] of links.entries()) this.#links.set(link, drawLink(link, found[index]));
  }

  /** Equal calls in one text give equal HTML, so each runs once. */
  async #runAll(text: CompiledText): Promise<void> {
    const done = new Map<string, string>();
    for (const gap of gapsOf(text)) {
      if (gap.kind !== 'macro' || this.#macros.has(gap)) continue;
      const key = JSON.stringify([gap.name, gap.args, gap.body ?? null, gap.place]);
      const html = done.get(key) ?? (await this.#run(gap, text));
      done.set(key, html);
      this.#macros.set(gap, html);
    }
  }

  async #run(call: TextMacro, text: CompiledText): Promise<string> {
    const macro = this.#fillers.macros.get(call.name.toLowerCase());
    if (macro !== undefined) {
      if (call.place === 'line' && !macro.inLines) return escapeHtml(`[[${call.name}${call.args === '' ? '' : '(...)'}]]`);
      return fitted(await this.#call(macro, call, text), call);
    }
    const { otherwise } = call;
    return typeof otherwise === 'string' ? otherwise : (this.#links.get(otherwise) ?? escapeHtml(call.source));
  }

  async #call(macro: WikiMacro, call: TextMacro, text: CompiledText): Promise<string> {
    const failed = (message: string): string =>
      messageHtml(`Macro ${macro.name}:`, message, call.place === 'inline' || call.place === 'line');
    if (this.#spent > MACRO_TIME) return failed('not drawn, since the other macros on this page took too long.');
    const start = performance.now();
    try {
      return await macro.render(this.#ctx, call, this.#scope, text);
    } catch (error) {
      if (error instanceof TracError && error.expose) return failed(error.message);
      this.#ctx.log.error('A macro failed.', {
        macro: macro.name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return failed('it failed; the log says why.');
    } finally {
      this.#spent += performance.now() - start;
    }
  }
}
