import { countIndent, strip, stripEnd } from '../kernel/literals.ts';
import { type Item, type LineModel, type OptionLine, readLines, refuse } from './lines.ts';
import { parseIni } from './parse.ts';

interface Edit {
  readonly file: string | undefined;
  readonly section: string;
  readonly key: string;
  readonly eol: string;
}

const indentOf = (line: string): string => line.slice(0, countIndent(line.replace(/[\r\n]+$/, '')));

/** An option's lines: `head` is everything up to its value, the lines of the value below the first are indented deeper. */
function writeOption(head: string, indent: string, value: string, eol: string): string {
  const [first = '', ...rest] = value.split('\n');
  const lines = [first === '' ? stripEnd(head) : head + first, ...rest.map((part) => (part === '' ? '' : indent + part))];
  return lines.map((line) => line + eol).join('');
}

/** Ends the line before `at`, so that something can be put after it. */
function endLine(lines: string[], at: number, eol: string): void {
  const before = lines[at - 1];
  if (before !== undefined && !/[\r\n]$/.test(before)) lines[at - 1] = before + eol;
}

/** Puts the value, or nothing, in the place of the old one. Comments between the lines of the old value move above it. */
function replace(model: LineModel, old: OptionLine, value: string | null, eol: string): string {
  const lines = [...model.lines];
  const within = lines.slice(old.at + 1, old.last + 1);
  const comments = within.filter((line) => /^[#;]/.test(strip(line)));
  const line = lines[old.at] ?? '';
  const delimiter = line.search(/[=:]/);
  const head = line.slice(0, delimiter + 1 + indentOf(line.slice(delimiter + 1)).length);
  const spaced = /(?:\s=|:)$/.test(head) ? `${head} ` : head;
  const continued = within.find((part) => strip(part) !== '' && !comments.includes(part));
  const indent = continued === undefined ? `${indentOf(line)}  ` : indentOf(continued);
  endLine(lines, old.last + 1, eol);
  const text = value === null ? [] : [writeOption(spaced, indent, value, eol)];
  const kept = comments.map((comment) => (/[\r\n]$/.test(comment) ? comment : comment + eol));
  lines.splice(old.at, old.last - old.at + 1, ...kept, ...text);
  return lines.join('');
}

/** The commented-out line of the option, as trac.ini.example has one: a new value belongs beneath it. */
function findCommentedOut({ lines, items }: LineModel, { section, key }: Edit): number | undefined {
  let inside = false;
  let taken = -1;
  for (const item of items) {
    if (item.kind === 'section') inside = item.name === section;
    if (item.kind === 'option') taken = item.last;
    if (item.kind !== 'comment' || !inside || item.at < taken) continue;
    const name = /^[#;]+([^=:]*)[=:]/.exec(strip(lines[item.at] ?? ''))?.[1];
    if (name !== undefined && strip(name).toLowerCase() === key.toLowerCase()) return item.at + 1;
  }
  return undefined;
}

/**
 * How far a line put at `at` must be indented: as the option above it is, or, as the first of its section, like what
 * follows. Less would continue the option above; and a line that follows deeper indented would continue the new one.
 */
function indentAt({ lines, items }: LineModel, at: number): string {
  const relevant = items.filter((item): item is Exclude<Item, { kind: 'comment' }> => item.kind !== 'comment');
  const above = relevant.filter((item) => item.at < at).at(-1);
  const model = above?.kind === 'option' ? above : relevant.find((item) => item.at >= at);
  return model ? indentOf(lines[model.at] ?? '') : '';
}

function add(model: LineModel, edit: Edit, value: string): string {
  const { section, key, eol } = edit;
  const mine = model.items.filter(
    (item) => (item.kind === 'section' && item.name === section) || (item.kind === 'option' && item.section === section),
  );
  const last = mine.at(-1);
  const lines = [...model.lines];
  if (!last) {
    endLine(lines, lines.length, eol);
    const gap = lines.length > 0 && strip(lines.at(-1) ?? '') !== '' ? eol : '';
    return `${lines.join('')}${gap}[${section}]${eol}${writeOption(`${key} = `, '  ', value, eol)}`;
  }
  const at = findCommentedOut(model, edit) ?? (last.kind === 'option' ? last.last : last.at) + 1;
  const indent = indentAt(model, at);
  endLine(lines, at, eol);
  lines.splice(at, 0, writeOption(`${indent}${key} = `, `${indent}  `, value, eol));
  return lines.join('');
}

/** Throws unless the new text says what the old one did, this one option apart. */
function verify(before: string, after: string, { file, section, key }: Edit, value: string | null): void {
  const place = { file, section, key };
  const values = (text: string) => {
    const found = new Map<string, string>();
    for (const [name, { values }] of parseIni(text).sections) {
      for (const [option, entry] of values) found.set(JSON.stringify([name, option]), entry.value);
    }
    return found;
  };
  const wanted = values(before);
  const id = JSON.stringify([section, key.toLowerCase()]);
  if (value === null) wanted.delete(id);
  else wanted.set(id, value);
  const result = values(after);
  if (result.size !== wanted.size || [...wanted].some(([name, text]) => result.get(name) !== text)) {
    refuse(
      place,
      'trac.ini cannot hold this. A value has no white space around it or around its lines, and none of its further lines begins with # or ;. A name has no = or : and does not begin with # ; or [.',
    );
  }
}

/**
 * The text with one option set, or removed when the value is null. Only the lines of that option change: comments, order,
 * spacing, spelling and line ends stay. Throws a ConfigError when the text does not parse or cannot hold the value; `file` is
 * named in it.
 */
export function editIni(text: string, section: string, key: string, value: string | null, file?: string): string {
  parseIni(text, file);
  const model = readLines(text);
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const edit = { file, section, key, eol };
  const wanted = value === null ? null : value.replace(/\r\n?/g, '\n');
  if (/[\r\n]/.test(section + key))
    refuse({ file, section, key }, 'a section or an option has a line break in its name. Take it out.');
  const old = model.items.find(
    (item): item is OptionLine => item.kind === 'option' && item.section === section && item.key === key.toLowerCase(),
  );
  if (!old && wanted === null) return text;
  const edited = old ? replace(model, old, wanted, eol) : add(model, edit, wanted ?? '');
  verify(text, edited, edit, wanted);
  return edited;
}
