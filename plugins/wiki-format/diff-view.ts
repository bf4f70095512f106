import { type DiffBlock, type DiffFile, readDiff } from './diff-lines.ts';
import { escapeText, escapeValue } from './writer.ts';

const LONGEST_COMPARED = 1000;

/** The line with what differs from the other marked. */
function marked(line: string, other: string, element: 'del' | 'ins'): string {
  const shorter = Math.min(line.length, other.length, LONGEST_COMPARED);
  let start = 0;
  while (start < shorter && line[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && line[line.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const changed = line.slice(start, line.length - end);
  const middle = changed === '' ? '' : `<${element}>${escapeText(changed)}</${element}>`;
  return escapeText(line.slice(0, start)) + middle + escapeText(line.slice(line.length - end));
}

interface Side {
  readonly element: 'del' | 'ins';
  readonly className: 'l' | 'r';
}
const OLD: Side = { element: 'del', className: 'l' };
const NEW: Side = { element: 'ins', className: 'r' };

const cell = (number: number | undefined): string => `<th>${number ?? '&nbsp;'}</th>`;

function rowClass(index: number, count: number): string {
  const names = [...(index === 0 ? ['first'] : []), ...(index === count - 1 ? ['last'] : [])];
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}

function changedRows({ kind, old, now, oldStart, newStart }: DiffBlock): string {
  const count = old.length + now.length;
  const isPaired = kind === 'mod' && old.length === now.length;
  const content = (line: string, other: string | undefined, { element }: Side): string => {
    if (isPaired && other !== undefined) return `<span>${marked(line, other, element)}</span>`;
    return kind === 'mod' ? `<span>${escapeText(line)}</span>` : `<${element}>${escapeText(line)}</${element}>`;
  };
  const removed = old.map((line, index) => {
    const text = content(line, now[index], OLD);
    return `<tr${rowClass(index, count)}>${cell(oldStart + index)}${cell(undefined)}<td class="l">${text}&nbsp;</td></tr>`;
  });
  const added = now.map((line, index) => {
    const text = content(line, old[index], NEW);
    const row = rowClass(old.length + index, count);
    return `<tr${row}>${cell(undefined)}${cell(newStart + index)}<td class="r">${text}&nbsp;</td></tr>`;
  });
  return [...removed, ...added].join('');
}

function body(block: DiffBlock): string {
  const { kind, old, oldStart, newStart } = block;
  const rows =
    kind === 'unmod'
      ? old
          .map((line, index) => {
            const numbers = cell(oldStart + index) + cell(newStart + index);
            return `<tr>${numbers}<td class="l"><span>${escapeText(line)}</span>&nbsp;</td></tr>`;
          })
          .join('')
      : changedRows(block);
  return `<tbody class="${kind}">${rows}</tbody>`;
}

function fileView({ oldName, newName, hunks }: DiffFile): string {
  const skipped = (section: string): string =>
    `<tbody class="skipped"><tr><th>…</th><th>…</th><td><em>${escapeText(section)}</em>&nbsp;</td></tr></tbody>`;
  const bodies = hunks.map(({ section, blocks }, index) => (index === 0 ? '' : skipped(section)) + blocks.map(body).join(''));
  const heading = (name: string): string => `<th title="${escapeValue(name)}">${escapeText(name)}</th>`;
  const name = newName === '/dev/null' ? oldName : oldName === '/dev/null' ? newName : oldName;
  return (
    `<li class="entry"><h2>${escapeText(name)}</h2><table class="trac-diff inline">` +
    '<colgroup><col class="lineno" /><col class="lineno" /><col class="content" /></colgroup>' +
    `<thead><tr>${heading(oldName)}${heading(newName)}<td><em>${escapeText(hunks[0]?.section ?? '')}</em>&nbsp;</td></tr></thead>` +
    `${bodies.join('')}</table></li>`
  );
}

/** A unified diff as tables; anything else as typed. */
export function drawDiff(lines: readonly string[]): string {
  const files = readDiff(lines);
  if (files === undefined) return `<div class="code"><pre>${escapeText(lines.map((line) => `${line}\n`).join(''))}</pre></div>`;
  return `<div class="diff"><ul class="entries">${files.map(fileView).join('')}</ul></div>`;
}
