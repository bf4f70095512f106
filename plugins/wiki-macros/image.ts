import {
  escapeHtml,
  isOwnImage,
  isSafeHref,
  type OperationContext,
  safeClasses,
  safeId,
  type TextScope,
  type WikiMacro,
} from 'tracts';
import { fileReference, findFiles, type IFileFinder, type LinkedFile } from 'tracts/wiki-links';
import { type MacroArguments, readArguments } from './arguments.ts';

/** A picture to draw. */
interface Picture {
  /** Where it is fetched from; undefined: from nowhere, so that its text stands for it. */
  readonly src: string | undefined;
  /** What a click on it opens; `''`: nothing. */
  readonly href: string;
  readonly alt: string;
  readonly title: string;
  readonly classes?: string;
}

const attribute = (name: string, value: string | undefined): string =>
  value === undefined || value === '' ? '' : ` ${name}="${escapeHtml(value)}"`;

const PLACES = ['left', 'right', 'center', 'top', 'bottom', 'middle'];
const SIZE = /^\d{1,4}(?:px|%)?$/;
const bare = (size: string): string => size.replace('px', '');

function sizesOf({ words, named }: MacroArguments): string {
  const checked = (size: string | undefined): string | undefined =>
    size !== undefined && SIZE.test(size) ? bare(size) : undefined;
  return (
    attribute('width', checked(named.get('width') ?? words.slice(1).find((word) => SIZE.test(word)))) +
    attribute('height', checked(named.get('height')))
  );
}

function classesOf({ words, named }: MacroArguments, own: string): string {
  const wanted = [...words.slice(1), named.get('align') ?? ''].map((word) => word.toLowerCase());
  const places = PLACES.filter((place) => wanted.includes(place)).map((place) => `image-${place}`);
  return [own, ...places, safeClasses(named.get('class') ?? '')].filter(Boolean).join(' ');
}

/** Where `link=` leads: an address, a path of this site, or nowhere. */
function linkOf({ words, named }: MacroArguments, own: string, scope: TextScope): string {
  if (words.includes('nolink')) return '';
  const wanted = named.get('link');
  if (wanted === undefined) return own;
  if (/^\/(?![/\\])/.test(wanted)) return scope.href(wanted);
  const [, ticket] = /^(?:ticket:|#)(\d{1,10})$/.exec(wanted) ?? [];
  if (ticket !== undefined) return scope.href(`/ticket/${ticket}`);
  return /^[a-z]/i.test(wanted) && wanted.includes(':') && isSafeHref(wanted) ? wanted : '';
}

function draw(picture: Picture, given: MacroArguments, scope: TextScope): string {
  const alt = given.named.get('alt') ?? picture.alt;
  const title = given.named.get('title') ?? picture.title;
  const id = safeId(given.named.get('id') ?? '');
  const classes = attribute('class', classesOf(given, picture.classes ?? ''));
  const img = `<img alt="${escapeHtml(alt)}"${attribute('src', picture.src)}${attribute('title', title)}${classes}${attribute('id', id)}${sizesOf(given)} />`;
  const href = linkOf(given, picture.href, scope);
  return href === '' ? img : `<a href="${escapeHtml(href)}">${img}</a>`;
}

function ofFile(name: string, file: LinkedFile | undefined, scope: TextScope): Picture {
  if (file === undefined) {
    const alt = `No image “${name}” attached`;
    return { src: undefined, href: '', alt, title: alt, classes: 'missing attachment' };
  }
  const text = file.description === '' ? name : scope.hide(file.description);
  return { src: file.isImage ? scope.href(file.raw) : undefined, href: scope.href(file.page), alt: text, title: text };
}

/** `1:pic.png` and `#1:pic.png` are files of ticket 1. */
const spelled = (target: string): string => target.replace(/^#?(\d{1,10}):(?=.)/, 'ticket:$1:');

async function find(finders: Iterable<IFileFinder>, ctx: OperationContext, target: string, scope: TextScope): Promise<Picture> {
  const wanted = fileReference(spelled(target), scope);
  const [file] = wanted === undefined ? [] : await findFiles(finders, ctx, [wanted]);
  return ofFile(wanted?.name ?? target, file, scope);
}

/**
 * `[[Image(pic.png, 100px, alt=text)]]`. Pictures from elsewhere are links: fetching them would tell that place who reads what.
 */
export const image = (finders: Iterable<IFileFinder>): WikiMacro => ({
  name: 'Image',
  help: 'A picture that is attached: [[Image(pic.png)]], [[Image(ticket:1:pic.png, 50%, right, alt=What it shows)]].',
  async render(ctx, { args }, scope) {
    const given = readArguments(args);
    const target = given.words[0] ?? '';
    if (/^(?:https?|ftp):\/\//i.test(target) && isSafeHref(target))
      return draw({ src: undefined, href: target, alt: target, title: target, classes: 'external-image' }, given, scope);
    if (/^data:/i.test(target)) {
      const src = isOwnImage(target) ? target : undefined;
      return draw({ src, href: '', alt: '', title: '' }, given, scope);
    }
    if (/^\/(?![/\\])/.test(target))
      return draw({ src: scope.href(target), href: scope.href(target), alt: target, title: '' }, given, scope);
    return draw(await find(finders, ctx, target, scope), given, scope);
  },
});
