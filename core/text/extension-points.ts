import { extensionPoint, service } from '../kernel/tokens.ts';
import type { OperationContext, Resource } from '../security/context.ts';

type May<T> = T | Promise<T>;

/** Where a text stands and for whom it is drawn. */
export interface TextScope {
  /** What relative references (`comment:3`, `attachment:x.png`) are relative to. */
  readonly resource: Resource | undefined;
  /** The path as the reader must ask for it: with the prefix of a page, or the whole address in mail and feeds. */
  href(path: string): string;
  /** Text as this person may read it: e-mail addresses cut, or not. */
  hide(text: string): string;
}

/** A reference found in a text: `ticket:12`, `#12`, `comment:3:ticket:12`. What it leads to is looked up when the text is drawn. */
export interface TextLink {
  readonly kind: 'link';
  /**
   * Lower case: `ticket`, `comment`, `milestone`, or an InterTrac prefix. Empty: relative to where the text stands, with a target
   * such as `#anchor`, `?query`, `/path below the site`, `./page` or `../page`.
   */
  readonly namespace: string;
  readonly target: string;
  /** What people click on: finished, safe HTML. */
  readonly label: string;
  /** As typed; drawn as plain text where no resolver knows the namespace. */
  readonly source: string;
  /** The label was written by the author, not made from the reference. */
  readonly labelled: boolean;
}

/**
 * Where a macro stands. `block`: any HTML fits. `paragraph`: in an open paragraph, so that HTML which begins with a block is drawn as
 * `</p>…<p>`. `inline`: within bold text or the like, only inline HTML fits. `line`: in a heading or a text of one line, where
 * a macro that is not meant for lines is shown as `[[Name(...)]]`.
 */
export type MacroPlace = 'block' | 'paragraph' | 'inline' | 'line';

/** A macro call: `[[Name(arguments)]]`, or a block with a body. */
export interface TextMacro {
  readonly kind: 'macro';
  readonly name: string;
  readonly args: string;
  /** Only of blocks. */
  readonly body: string | undefined;
  readonly place: MacroPlace;
  /** Drawn where nobody provides the macro: finished HTML, or a reference as which it may be read too (`[[Page]]`). */
  readonly otherwise: string | TextLink;
  readonly source: string;
}

/** A text read once and drawn often: finished HTML, with gaps for what depends on the reader and on the moment. */
export interface CompiledText {
  /** Strings are finished, safe HTML, balanced as a whole. */
  readonly parts: readonly (string | TextLink | TextMacro)[];
  /** The text was too large or took too long, and stands as typed. */
  readonly notice?: string;
}

export interface CompileOptions {
  /** One line without blocks, as for summaries and labels. */
  readonly inline: boolean;
  /** Ends of lines are kept (`[ticket] preserve_newlines`). */
  readonly breaks: boolean;
}

/** A language that texts are written in. */
export interface TextFormat {
  /** Stored with each text, e.g. `wiki`; never changes. */
  readonly name: string;
  readonly label: string;
  /** Pure, in linear time, for any input: the outcome is kept by content. Knows nothing of readers or stored data. */
  compile(source: string, options: CompileOptions): CompiledText;
}

/** Adds languages that texts are written in. Combined: all; a repeated name is an error. */
export interface ITextFormatProvider {
  getTextFormats(): readonly TextFormat[];
}
export const ITextFormatProvider = extensionPoint<ITextFormatProvider>('ITextFormatProvider', {
  doc: 'Adds languages that texts are written in.',
});

/** Where a reference leads, for this reader. */
export interface ResolvedLink {
  /** Whole address as the reader must ask for it; undefined: nowhere (missing, or not to be seen), drawn without a link. */
  readonly href?: string;
  /** E.g. `closed ticket`, `missing ticket`, `ext-link`. */
  readonly classes: string;
  readonly title?: string;
  /** Instead of the reference's own label; safe HTML. */
  readonly label?: string;
  /** Behind the link, e.g. a second one to the raw file; safe HTML. */
  readonly after?: string;
}

/** Resolves the references of some namespaces. */
export interface LinkResolver {
  readonly namespaces: readonly string[];
  /** All links of one page at once, so that it may look them up in one query; answers in their order. Leaks nothing unseen. */
  resolve(ctx: OperationContext, links: readonly TextLink[], scope: TextScope): May<readonly ResolvedLink[]>;
}

/** A piece of syntax of one's own, inside a line. */
export interface SyntaxRule {
  readonly name: string;
  /** Matched where the line stands; must not match the empty text. */
  readonly pattern: RegExp;
  toParts(match: RegExpMatchArray): CompiledText['parts'];
}

/**
 * Adds syntax and targets of links.
 *
 * Called: rules when a text is read, resolvers once for each page. Combined: all, a namespace belongs to the first that claims
 * it. Ordered by: nothing. If it throws, or a rule takes longer than its share of time: its text stands as typed, the log says so.
 */
export interface IWikiSyntaxProvider {
  getWikiSyntax?(): readonly SyntaxRule[];
  getLinkResolvers?(): readonly LinkResolver[];
}
export const IWikiSyntaxProvider = extensionPoint<IWikiSyntaxProvider>('IWikiSyntaxProvider', {
  doc: 'Adds syntax and targets of links to texts.',
});

/** One macro. */
export interface WikiMacro {
  readonly name: string;
  /** One line, with an example call. */
  readonly help: string;
  /** Is drawn in headings and texts of one line too (place `line`); others stand there as `[[Name(...)]]`. */
  readonly inLines?: boolean;
  /**
   * Safe HTML; escape what people wrote (`escapeHtml`). Inline calls get inline HTML. Throw a `TracError` with a sentence for a
   * wrong call. `text`: the one that the call stands in, for what tells of it, such as a table of contents.
   */
  render(ctx: OperationContext, call: TextMacro, scope: TextScope, text: CompiledText): May<string>;
}

/**
 * Adds macros.
 *
 * Called: once for each different call on a page, one after the other. Combined: all; a repeated name belongs to the first.
 * Ordered by: nothing. If it throws: an error box stands in the place of the macro. Once the macros of a page have taken a
 * second together, the remaining ones are not called.
 */
export interface IWikiMacroProvider {
  getMacros(): readonly WikiMacro[];
}
export const IWikiMacroProvider = extensionPoint<IWikiMacroProvider>('IWikiMacroProvider', { doc: 'Adds macros to texts.' });

/** One text to draw. */
export interface TextItem {
  readonly source: string;
  /** A registered format; an unknown one is drawn as plain text with line breaks. */
  readonly format: string;
  readonly inline?: boolean;
  /** Default: as `[ticket] preserve_newlines` says; false where inline. */
  readonly breaks?: boolean;
  /** It changes with every letter that is typed: what is read of it is not kept. */
  readonly passing?: boolean;
}

/** Draws texts. */
export interface ITexts {
  /**
   * Safe HTML of each, in order; looks up the links of all of them together, so hand over a whole page at once. Reads only.
   * Never throws for what people wrote.
   */
  render(ctx: OperationContext, items: readonly TextItem[], scope: TextScope): Promise<readonly string[]>;
  /** The same where nothing depends on reader or moment; undefined where a link or macro has to be looked up. */
  renderPlain(item: TextItem, scope: TextScope): string | undefined;
  /** The formats there are, and which new texts are written in (`[ticket] text_format`). */
  readonly formats: readonly TextFormat[];
  readonly current: string;
}
export const ITexts = service<ITexts>('ITexts', { doc: 'Draws texts.' });
