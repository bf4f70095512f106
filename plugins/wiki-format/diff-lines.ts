/** What happened to a run of lines. */
export interface DiffBlock {
  readonly kind: 'unmod' | 'mod' | 'add' | 'rem';
  readonly oldStart: number;
  readonly newStart: number;
  readonly old: readonly string[];
  readonly now: readonly string[];
}

/** One stretch of a file. */
interface Hunk {
  /** What the author's tool wrote behind the numbers. */
  readonly section: string;
  readonly blocks: readonly DiffBlock[];
}

/** The changes of one file. */
export interface DiffFile {
  readonly oldName: string;
  readonly newName: string;
  readonly hunks: readonly Hunk[];
}

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)$/;

interface Reader {
  readonly lines: readonly string[];
  at: number;
}

/** Lines that follow with one of the signs; as many as the hunk still has. */
function take(reader: Reader, sign: string, most: number): readonly string[] {
  const taken: string[] = [];
  while (taken.length < most) {
    const line = reader.lines[reader.at];
    const isEmptyContext = sign === ' ' && line === '' && reader.at < reader.lines.length - 1;
    if (line === undefined || (!line.startsWith(sign) && !isEmptyContext)) break;
    taken.push(line.slice(1));
    reader.at += 1;
    while (reader.lines[reader.at]?.startsWith('\\') === true) reader.at += 1;
  }
  return taken;
}

function kindOf(old: readonly string[], now: readonly string[]): 'mod' | 'add' | 'rem' {
  if (old.length === 0) return 'add';
  return now.length === 0 ? 'rem' : 'mod';
}

function readHunk(reader: Reader, header: RegExpExecArray): Hunk {
  const [, oldFirst, oldCount = '1', newFirst, newCount = '1', section = ''] = header;
  let [oldStart, newStart] = [Number(oldFirst), Number(newFirst)];
  const [oldEnd, newEnd] = [oldStart + Number(oldCount), newStart + Number(newCount)];
  const blocks: DiffBlock[] = [];
  for (;;) {
    const same = take(reader, ' ', Math.min(oldEnd - oldStart, newEnd - newStart));
    const old = same.length > 0 ? same : take(reader, '-', oldEnd - oldStart);
    const now = same.length > 0 ? same : take(reader, '+', newEnd - newStart);
    if (old.length + now.length === 0) return { section: section.trim(), blocks };
    blocks.push({ kind: same.length > 0 ? 'unmod' : kindOf(old, now), oldStart, newStart, old, now });
    oldStart += old.length;
    newStart += now.length;
  }
}

const nameOf = (line: string): string => line.slice(4).split('\t', 1)[0]?.trim() ?? '';

/** Reads a unified diff; undefined: it is none. */
export function readDiff(lines: readonly string[]): readonly DiffFile[] | undefined {
  const files: (DiffFile & { readonly hunks: Hunk[] })[] = [];
  const reader: Reader = { lines, at: 0 };
  while (reader.at < lines.length) {
    const line = lines[reader.at] ?? '';
    const next = lines[reader.at + 1] ?? '';
    if (line.startsWith('--- ') && next.startsWith('+++ ')) {
      files.push({ oldName: nameOf(line), newName: nameOf(next), hunks: [] });
      reader.at += 2;
      continue;
    }
    reader.at += 1;
    const header = line.startsWith('@@') ? HUNK.exec(line) : null;
    if (header !== null) files.at(-1)?.hunks.push(readHunk(reader, header));
  }
  return files.length === 0 ? undefined : files;
}
