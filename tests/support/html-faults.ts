import { type DefaultTreeAdapterMap, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterMap['childNode'] | DefaultTreeAdapterMap['documentFragment'] | DefaultTreeAdapterMap['document'];
type Element = DefaultTreeAdapterMap['element'];

const FORBIDDEN =
  /^(?:script|style|iframe|frame|frameset|object|embed|applet|link|meta|base|form|button|textarea|select|audio|video|source|template|noscript|math|portal|dialog|marquee|isindex|keygen|title|xmp|plaintext)$/;
/** Of the one drawing that we make ourselves. */
const PICTURE = /^(?:svg|g|path|rect|text|defs|marker|title)$/;
const SAFE_ADDRESS =
  /^(?:https?:|mailto:|ftps?:|sftp:|ssh:|git:|svn(?:\+ssh)?:|cvs:|ircs?:|news:|nntp:|tel:|xmpp:|[^:]*(?:[/?#]|$))/i;
const IMAGE_DATA = /^data:image\/(?:png|gif|jpeg|webp|avif);base64,/i;

function addressFault(name: string, value: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip these in addresses
  const bare = value.replace(/[\u0000-\u0020]/g, '');
  if (name === 'href') return SAFE_ADDRESS.test(bare) ? [] : [`leads to ${value}`];
  return IMAGE_DATA.test(bare) || /^\/(?![/\\])/.test(bare) ? [] : [`loads ${value}`];
}

function attributeFaults({ tagName, attrs }: Element): string[] {
  return attrs.flatMap(({ name, value }) => {
    if (/^on/i.test(name)) return [`<${tagName} ${name}>`];
    if (
      /^(?:srcset|srcdoc|action|formaction|background|data|poster|ping|xlink:href|lowsrc|dynsrc|autofocus|is|form|http-equiv)$/.test(
        name,
      )
    )
      return [`<${tagName} ${name}>`];
    if (name === 'href' || name === 'src') return addressFault(name, value);
    if (name === 'style' && /url|expression|@|\\|position|script|var\(|image|behavior|binding|-\d/i.test(value))
      return [`style ${value}`];
    return [];
  });
}

/** Every element below a node, in order; `inPicture`: within an `svg`. */
export function* elementsOf(node: Node, inPicture = false): Generator<{ element: Element; inPicture: boolean }> {
  if ('tagName' in node) {
    yield { element: node, inPicture };
    for (const child of node.childNodes) yield* elementsOf(child, inPicture || node.tagName === 'svg');
  } else if ('childNodes' in node) for (const child of node.childNodes) yield* elementsOf(child, inPicture);
}

function elementFaults(element: Element, inPicture: boolean): string[] {
  const { tagName } = element;
  const drawn = inPicture || tagName === 'svg';
  if (drawn ? !PICTURE.test(tagName) : FORBIDDEN.test(tagName)) return [`<${tagName}>`];
  if (tagName === 'input' && !element.attrs.some(({ name }) => name === 'disabled')) return ['<input>'];
  return attributeFaults(element);
}

/** What in the HTML could run, load something from elsewhere or cover the page; nothing: it is harmless. */
export const htmlFaults = (html: string): string[] =>
  [...elementsOf(parseFragment(html))].flatMap(({ element, inPicture }) => elementFaults(element, inPicture));

const GUARDS: readonly (readonly [before: string, after: string])[] = [
  ['<ul><li><div id="guard">', '</div><p id="after"></p></li></ul>'],
  ['<table><tbody><tr><td><div id="guard">', '</div><p id="after"></p></td></tr></tbody></table>'],
  ['<dl><dd><div id="guard">', '</div><p id="after"></p></dd></dl>'],
];

/** True for HTML that ends nothing of the page around it, wherever it stands: what follows still follows beside it. */
export const isClosedInItself = (html: string): boolean =>
  GUARDS.every(([before, after]) => {
    const all = [...elementsOf(parseFragment(before + html + after))].map(({ element }) => element);
    const byId = (id: string): Element | undefined =>
      all.find(({ attrs }) => attrs.some(({ name, value }) => name === 'id' && value === id));
    const [guard, behind] = [byId('guard'), byId('after')];
    if (guard === undefined || behind === undefined || guard.parentNode !== behind.parentNode) return false;
    const siblings = (guard.parentNode?.childNodes ?? []).filter((node) => 'tagName' in node);
    return siblings.length === 2;
  });
