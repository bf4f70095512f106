import { createRequire } from 'node:module';
import type sanitize from 'sanitize-html';
import { isOwnImage, isSafeHref, SAFE_SCHEMES, safeClasses, safeId, safeStyle } from './safe-values.ts';

/** Loading it takes longer than all else at start, and most commands never need it. */
let library: typeof sanitize | undefined;
function getLibrary(): typeof sanitize {
  library ??= createRequire(import.meta.url)('sanitize-html') as typeof sanitize;
  return library;
}

type Attributes = Readonly<Record<string, string>>;
/** The value as it may stand; undefined: the attribute is left out. */
type Check = (value: string) => string | undefined;

const asWritten: Check = (value) => value.slice(0, 1000);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value.toLowerCase()) ? value.toLowerCase() : undefined;
const whole =
  (most: number): Check =>
  (value) =>
    /^\d{1,5}$/.test(value) && Number(value) <= most ? String(Number(value)) : undefined;
const size: Check = (value) => (/^\d{1,4}(?:px|%)?$/.test(value) ? value.replace('px', '') : undefined);
const unlessEmpty = (value: string): string | undefined => (value === '' ? undefined : value);

const EVERYWHERE: Readonly<Record<string, Check>> = {
  class: (value) => unlessEmpty(safeClasses(value)),
  id: safeId,
  title: asWritten,
  lang: (value) => (/^[A-Za-z0-9-]{1,30}$/.test(value) ? value : undefined),
  dir: oneOf('ltr', 'rtl', 'auto'),
  style: (value) => unlessEmpty(safeStyle(value)),
  align: oneOf('left', 'right', 'center', 'justify'),
  valign: oneOf('top', 'middle', 'bottom', 'baseline'),
};

const cell: Readonly<Record<string, Check>> = {
  colspan: whole(100),
  rowspan: whole(1000),
  scope: oneOf('row', 'col', 'rowgroup', 'colgroup'),
  width: size,
};
const column: Readonly<Record<string, Check>> = { span: whole(100), width: size };

const OF_ELEMENT: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  a: {
    href: (value) => (isSafeHref(value) ? value : undefined),
    target: oneOf('_blank'),
  },
  img: { src: (value) => (isOwnImage(value) ? value : undefined), alt: asWritten, width: size, height: size },
  ol: { start: whole(99_999), type: (value) => (/^[1aAiI]$/.test(value) ? value : undefined), reversed: () => '' },
  li: { value: whole(99_999) },
  td: cell,
  th: cell,
  col: column,
  colgroup: column,
  table: { width: size, border: whole(20), cellpadding: whole(50), cellspacing: whole(50) },
  font: { color: (value) => (/^#?\w{1,20}$/.test(value) ? value : undefined), size: whole(7) },
  time: { datetime: asWritten },
  details: { open: () => '' },
};

const ELEMENTS: readonly string[] = [
  ...['a', 'abbr', 'acronym', 'address', 'article', 'aside', 'b', 'bdi', 'bdo', 'big', 'blockquote', 'br', 'caption'],
  ...['center', 'cite', 'code', 'col', 'colgroup', 'dd', 'del', 'details', 'dfn', 'div', 'dl', 'dt', 'em', 'figcaption'],
  ...['figure', 'font', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'mark', 'ol', 'p'],
  ...['pre', 'q', 's', 'samp', 'section', 'small', 'span', 'strike', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody'],
  ...['td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr'],
];
const KNOWN: ReadonlySet<string> = new Set(ELEMENTS);

/** Elements whose content is no text for people, or is read by other rules. */
const WITHOUT_CONTENT: readonly string[] = [
  ...['script', 'style', 'textarea', 'option', 'select', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript', 'plaintext'],
  ...['template', 'title', 'svg', 'math', 'object', 'applet', 'audio', 'video', 'canvas', 'head', 'frameset'],
];

/** Where an element must stand directly. Elsewhere, it would close what the page around the text has opened. */
const PARENTS: Readonly<Record<string, readonly string[]>> = {
  li: ['ul', 'ol'],
  dt: ['dl'],
  dd: ['dl'],
  caption: ['table'],
  colgroup: ['table'],
  col: ['colgroup'],
  thead: ['table'],
  tbody: ['table'],
  tfoot: ['table'],
  tr: ['table', 'thead', 'tbody', 'tfoot'],
  td: ['tr'],
  th: ['tr'],
  summary: ['details'],
};
/** What only takes the elements that name it above. */
const STRICT: ReadonlySet<string> = new Set(['table', 'thead', 'tbody', 'tfoot', 'tr', 'colgroup']);
const DEEPEST = 64;
/** Not in each other: the end of one could end another. */
const HEADING = /^h[1-6]$/;
/** Stands for an element that is harmless, but not where it stands. */
const MISPLACED = 'span';
/** An element between the parts of a table: browsers put it before the table, with whatever stands in it. */
const FOSTERED = '#fostered';

const mayStand = (name: string, parent: string | undefined): boolean => {
  if (parent === FOSTERED) return false;
  const parents = PARENTS[name];
  if (parents !== undefined) return parent !== undefined && parents.includes(parent);
  return parent === undefined || !STRICT.has(parent);
};

function attributesOf(name: string, given: Attributes): Record<string, string> {
  const kept: Record<string, string> = {};
  const own = Object.hasOwn(OF_ELEMENT, name) ? OF_ELEMENT[name] : undefined;
  for (const [key, value] of Object.entries(given)) {
    const check =
      own !== undefined && Object.hasOwn(own, key) ? own[key] : Object.hasOwn(EVERYWHERE, key) ? EVERYWHERE[key] : undefined;
    const checked = check?.(value);
    if (checked !== undefined) kept[key] = checked;
  }
  if (kept.target !== undefined) kept.rel = 'noopener noreferrer';
  return kept;
}

const isFostered = (parent: string | undefined): boolean => parent !== undefined && (parent === FOSTERED || STRICT.has(parent));

/** Follows which elements are open, as the library does. */
function nesting() {
  const kept: string[] = [];
  /** What became of each open element; undefined: it stands in something whose content goes. */
  const open: (boolean | undefined)[] = [];
  let depth = 0;
  return {
    open: (): unknown => open.push(undefined),
    /** What stands for the element; the library itself drops unknown ones and those that are too deep. */
    place(name: string): string {
      const isKept = KNOWN.has(name) && depth < DEEPEST;
      open[open.length - 1] = isKept;
      depth += 1;
      if (!isKept) return name;
      const parent = kept.at(-1);
      const fits = mayStand(name, parent) && !(HEADING.test(name) && kept.some((one) => HEADING.test(one)));
      kept.push(fits ? name : isFostered(parent) ? FOSTERED : MISPLACED);
      return fits ? name : MISPLACED;
    },
    close(): void {
      const isKept = open.pop();
      if (isKept !== undefined) depth -= 1;
      if (isKept === true) kept.pop();
    },
  };
}

const ATTRIBUTES: Record<string, string[]> = {
  '*': Object.keys(EVERYWHERE),
  ...Object.fromEntries(Object.entries(OF_ELEMENT).map(([name, checks]) => [name, Object.keys(checks)])),
  a: ['href', 'target', 'rel'],
};

/** The parser beneath shifts its whole stack for each element that is opened: never closed ones cost quadratic time. */
const MOST_TAGS = 20_000;

function hasTooManyTags(html: string): boolean {
  let count = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    count += 1;
    if (count > MOST_TAGS) return true;
  }
  return false;
}

/**
 * HTML by strangers, reduced to what cannot do anything: allowed elements where they may stand, allowed attributes with allowed
 * values. What comes out is closed in itself: it can stand anywhere that a `div` can, also in lists and tables, and end nothing
 * around it. Scripts, styles, frames, forms, foreign pictures go; text between forbidden tags stays. In linear time;
 * with more than 20,000 tags it stands as typed.
 */
export function sanitiseHtml(html: string): string {
  if (hasTooManyTags(html)) return `<pre>${html.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`;
  const open = nesting();
  return getLibrary()(html, {
    allowedTags: [...ELEMENTS],
    allowedAttributes: ATTRIBUTES,
    allowedSchemes: [...SAFE_SCHEMES],
    allowedSchemesByTag: { img: ['data'] },
    allowProtocolRelative: true,
    parseStyleAttributes: false,
    nonTextTags: [...WITHOUT_CONTENT],
    disallowedTagsMode: 'discard',
    onOpenTag: open.open,
    onCloseTag: open.close,
    nestingLimit: DEEPEST,
    transformTags: {
      '*': (name, given) => {
        const tagName = open.place(name);
        return { tagName, attribs: tagName === name && KNOWN.has(name) ? attributesOf(name, given) : {} };
      },
    },
  });
}
