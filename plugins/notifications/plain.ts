/** How wide a plain mail is. */
export const COLUMNS = 75;

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Wide in fonts made for Chinese, Japanese and Korean: a part of what Unicode calls ambiguous. */
const AMBIGUOUS = /[\u00a1-\u00ff\u0391-\u03c9\u0401-\u0451\u2010-\u2027\u2030-\u203e\u2103-\u21ff\u2200-\u22ff\u2460-\u266f]/;

/** Columns that a text takes in a font of even width. */
export function widthOf(text: string, ambiguousIsWide: boolean): number {
  let width = 0;
  for (const character of text) {
    if (character < '\u0080') width += 1;
    else if (WIDE.test(character) || (ambiguousIsWide && AMBIGUOUS.test(character))) width += 2;
    else if (!NO_WIDTH.test(character)) width += 1;
  }
  return width;
}

/** Lines no wider than a plain mail, broken at spaces where there are any; each begins with `indent`. */
export function wrap(text: string, indent: string, ambiguousIsWide: boolean): string {
  const room = COLUMNS - indent.length;
  const lines = text.split(/\r\n|\r|\n/).flatMap((line) => fold(line, room, ambiguousIsWide));
  return lines.map((line) => (line === '' ? indent.trimEnd() : `${indent}${line}`)).join('\n');
}

function fold(line: string, room: number, ambiguousIsWide: boolean): string[] {
  if (line.length * 2 <= room || widthOf(line, ambiguousIsWide) <= room) return [line.trimEnd()];
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const [part] of line.matchAll(/\s+|\S+/g)) {
    const width = widthOf(part, ambiguousIsWide);
    if (used > 0 && used + width > room && part.trim() !== '') {
      lines.push(current.trimEnd());
      current = '';
      used = 0;
    }
    if (used === 0 && lines.length > 0 && part.trim() === '') continue;
    current += part;
    used += width;
  }
  if (current.trim() !== '') lines.push(current.trimEnd());
  return lines;
}

const padded = (text: string, width: number, wide: boolean): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text, wide)));

/** Properties in two columns with a line above and below; a value too long for its column takes a row of its own. */
export function propertyTable(properties: readonly { readonly label: string; readonly text: string }[], wide: boolean): string {
  const half = Math.floor((COLUMNS - 1) / 2);
  const cell = ({ label, text }: { label: string; text: string }, labels: number): string =>
    ` ${' '.repeat(labels - widthOf(label, wide))}${label}:  ${text}`;
  const labels = Math.min(half / 2, Math.max(0, ...properties.map(({ label }) => widthOf(label, wide))));
  const fits = (one: { label: string; text: string }): boolean =>
    widthOf(one.label, wide) <= labels && labels + widthOf(one.text, wide) + 5 <= half;
  const short = properties.filter(fits);
  const rule = `${'-'.repeat(half)}+${'-'.repeat(half)}`;
  const rows: string[] = [];
  for (let at = 0; at < short.length; at += 2) {
    const [left, right] = [short[at], short[at + 1]];
    if (left) rows.push(`${padded(cell(left, labels), half, wide)}|${right ? cell(right, labels) : ''}`.trimEnd());
  }
  const long = properties.filter((one) => !fits(one)).map(({ label, text }) => wrap(`${label}:  ${text}`, ' ', wide));
  return [rule, ...rows, ...(short.length > 0 && long.length > 0 ? [rule] : []), ...long, rule].join('\n');
}
