import { escapeHtml, messageHtml, sanitiseHtml } from 'tracts';
import { Blocks, DEEPEST_BLOCK } from './blocks.ts';
import type { CodeBlock } from './code-blocks.ts';
import { drawDiff } from './diff-view.ts';
import { drawCode } from './highlight.ts';
import { languageOf } from './languages.ts';
import { type Arguments, drawSpanOf, openingTag, parseArguments } from './processor-arguments.ts';
import { drawRecords } from './records.ts';
import { escapeText, PartsWriter } from './writer.ts';

/** A block whose processor is known. */
interface Call {
  readonly args: Arguments;
  readonly lines: readonly string[];
}
type Processor = (blocks: Blocks, call: Call) => void;

const textOf = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

/** Blocks within a block; ends of lines are not kept in them. */
function writeNested(blocks: Blocks, lines: readonly string[]): void {
  const depth = blocks.options.depth + 1;
  if (depth >= DEEPEST_BLOCK) blocks.writer.write(preHtml(lines));
  else new Blocks(blocks.context, blocks.writer, { breaks: false, depth }).format(lines);
}

const preHtml = (lines: readonly string[]): string => `<pre class="wiki">${escapeText(textOf(lines))}</pre>`;

const withClass = (args: Arguments, name: string): Arguments => (args.has('class') ? args : new Map([...args, ['class', name]]));

const writePre: Processor = ({ writer }, { lines }) => {
  if (lines.length > 0) writer.write(preHtml(lines));
};

const writeDiv: Processor = (blocks, { args, lines }) => {
  const tag = openingTag('div', args);
  blocks.writer.write(tag.includes(' class=') ? tag : openingTag('div', withClass(withoutClass(args), 'wikipage')));
  writeNested(blocks, lines);
  blocks.writer.write('</div>');
};

const withoutClass = (args: Arguments): Arguments => new Map([...args].filter(([name]) => name.toLowerCase() !== 'class'));

const writeRightToLeft: Processor = (blocks, { args, lines }) => {
  const given = args.get('class');
  const name = typeof given === 'string' ? `rtl ${given}` : 'rtl';
  blocks.writer.write(openingTag('div', new Map([...args, ['class', name]])));
  writeNested(blocks, lines);
  blocks.writer.write('</div>');
};

const writeSpan: Processor = ({ writer, context }, { args, lines }) => {
  drawSpanOf(lines.join('\n').trim(), args, writer, context.syntax);
};

const writeCell =
  (element: 'td' | 'th'): Processor =>
  (blocks, { args, lines }) => {
    blocks.table.openRow();
    blocks.table.closeCell();
    blocks.writer.write(openingTag(element, args));
    writeNested(blocks, lines);
    blocks.writer.write(`</${element}>`);
  };

/** What stands in a table or row of its own; undefined: something else than cells is there. */
function cellsOf(blocks: Blocks, lines: readonly string[], given: 'table' | 'row'): PartsWriter | undefined {
  const depth = blocks.options.depth + 1;
  if (depth >= DEEPEST_BLOCK) return undefined;
  const writer = new PartsWriter();
  const inside = new Blocks(blocks.context, writer, { breaks: false, depth, given });
  inside.format(lines);
  return inside.others === 0 && (inside.table.begun > 0 || given === 'row') ? writer : undefined;
}

const notCells = (name: string): string =>
  messageHtml(`Nothing but cells fits into ${name}`, 'Write rows (|| a || b ||) or blocks {{{#!td into it.', false);

const writeTableRow: Processor = (blocks, { args, lines }) => {
  const cells = blocks.options.given === 'row' ? undefined : cellsOf(blocks, lines, 'row');
  if (cells === undefined) {
    blocks.others += 1;
    blocks.table.close();
    blocks.writer.write(notCells('#!tr'));
    return;
  }
  blocks.table.open();
  blocks.table.closeRow();
  blocks.writer.write(openingTag('tr', args));
  blocks.writer.append(cells.parts);
  blocks.writer.write('</tr>');
};

const writeTable: Processor = (blocks, { args, lines }) => {
  const rows = cellsOf(blocks, lines, 'table');
  if (rows === undefined) {
    blocks.writer.write(notCells('#!table'));
    return;
  }
  blocks.writer.write(`${openingTag('table', withClass(args, 'wiki'))}\n`);
  blocks.writer.append(rows.parts);
  blocks.writer.write('</table>\n');
};

const writeHtml: Processor = ({ writer, context: { budget } }, { lines }) => {
  const start = performance.now();
  writer.write(budget.sanitising > 0 ? sanitiseHtml(textOf(lines)) : preHtml(lines));
  budget.sanitising -= performance.now() - start;
};

const writeHtmlComment: Processor = ({ writer }, { lines }) => {
  const text = textOf(lines);
  if (text.includes('--')) writer.write(messageHtml('A comment in HTML cannot hold', '--', false));
  else writer.write(`<!--\n${escapeHtml(text)}-->\n`);
};

const writeRecords =
  (separator: string): Processor =>
  ({ writer }, { lines }) =>
    writer.write(drawRecords(textOf(lines), separator));

const writeDiff: Processor = ({ writer }, { lines }) => writer.write(`<div class="wiki-code">${drawDiff(lines)}</div>`);

const PROCESSORS: ReadonlyMap<string, Processor> = new Map<string, Processor>([
  ['default', writePre],
  ['comment', () => undefined],
  ['html', writeHtml],
  ['htmlcomment', writeHtmlComment],
  ['div', writeDiv],
  ['rtl', writeRightToLeft],
  ['span', writeSpan],
  ['Span', writeSpan],
  ['td', writeCell('td')],
  ['th', writeCell('th')],
  ['tr', writeTableRow],
  ['table', writeTable],
  ['diff', writeDiff],
  ['patch', writeDiff],
  ['text/x-diff', writeDiff],
  ['text/x-patch', writeDiff],
  ['text/csv', writeRecords(',')],
  ['tsv', writeRecords('\t')],
  ['text/tab-separated-values', writeRecords('\t')],
]);
/** These stand within the table that is open. */
const TABLE_PARTS: ReadonlySet<string> = new Set(['td', 'th', 'tr']);

const unknown = (name: string): string =>
  `<div class="system-message"><strong>Nothing draws blocks of <code>${escapeText(name)}</code></strong><pre>` +
  `There is no macro, processor or language ${escapeText(JSON.stringify(name))}.</pre></div>`;

/** Writes a block as its processor draws it. */
export function runProcessor(blocks: Blocks, block: CodeBlock): void {
  const { name = 'default', lines } = block;
  if (block.name === undefined && lines.length === 0) return;
  if (!TABLE_PARTS.has(name)) {
    blocks.table.close();
    blocks.others += 1;
  }
  blocks.closeParagraph();
  blocks.flush();
  const processor = PROCESSORS.get(name);
  if (processor !== undefined) processor(blocks, { args: parseArguments(block.args), lines });
  else writeOther(blocks, name, block);
}

/** A language, or else a macro. */
function writeOther({ writer, context }: Blocks, name: string, { args, lines, source }: CodeBlock): void {
  const body = textOf(lines);
  if (languageOf(name) !== undefined) writer.write(drawCode(name, body, parseArguments(args), context.budget, context.anchors));
  else writer.add({ kind: 'macro', name, args: args.trim(), body, place: 'block', otherwise: unknown(name), source: source() });
}
