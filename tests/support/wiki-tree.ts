import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';

/** An element as tests compare it, or a text. */
export type Tree = string | TreeElement;
interface TreeElement {
  readonly element: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Tree[];
}

type Node = DefaultTreeAdapterTypes.ChildNode;

const isElement = (node: Node): node is DefaultTreeAdapterTypes.Element => 'tagName' in node;
const attributeOf = (node: DefaultTreeAdapterTypes.Element, name: string): string =>
  node.attrs.find((one) => one.name === name)?.value ?? '';

/** Tokens of highlighted code differ with the highlighter. */
const isToken = (node: Node): boolean =>
  isElement(node) && node.tagName === 'span' && /^(?:hljs|[a-z]{1,2}\d?$)/.test(attributeOf(node, 'class'));

/** What messages say is for each program to word. */
const isMessage = (node: Node): boolean => isElement(node) && attributeOf(node, 'class') === 'system-message';

function joined(trees: readonly Tree[]): readonly Tree[] {
  const all: Tree[] = [];
  for (const tree of trees) {
    const last = all.at(-1);
    if (typeof tree === 'string' && typeof last === 'string') all[all.length - 1] = last + tree;
    else all.push(tree);
  }
  return all;
}

function treeOf(node: Node, inMessage: boolean): readonly Tree[] {
  if (node.nodeName === '#text') return inMessage ? [] : [(node as DefaultTreeAdapterTypes.TextNode).value];
  if (!isElement(node)) return [];
  const children = joined(node.childNodes.flatMap((child) => treeOf(child, inMessage || isMessage(node))));
  if (isToken(node)) return children;
  const attributes = node.attrs.filter(({ name }) => name !== 'rel').sort((a, b) => (a.name < b.name ? -1 : 1));
  const named = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
  return [{ element: node.tagName, attributes: named, children }];
}

/** The elements of HTML with attributes and text, as a browser reads them: tokens of code joined, words of messages left out. */
export const wikiTree = (html: string): readonly Tree[] =>
  joined(parseFragment(html).childNodes.flatMap((node) => treeOf(node, false)));
