/** Characters a name may have, and bytes in UTF-8: file systems take 255, and a browser may add to it. */
const MOST_CHARACTERS = 120;
const MOST_BYTES = 200;

/** Control signs, lone surrogates, and signs that turn the direction of writing or cannot be seen (`exe.gpj` for `jpg.exe`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** What Windows takes in no name; a zip may be unpacked there. */
const UNFIT = /[<>:"|?*]/g;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/i;

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** Ending with its dot, `''` for none: at most 16 characters, so that a long last part is no ending. */
export function extensionOf(name: string): string {
  const ending = /[^.](\.[^.\s]{1,15})$/u.exec(name)?.[1] ?? '';
  // `.tar.gz` and its like go together.
  return /(\.tar)$/i.test(name.slice(0, -ending.length)) ? name.slice(-ending.length - 4) : ending;
}

/** Shortens the part before the ending, by whole characters. */
function shorten(stem: string, ending: string): string {
  const characters = [...new Intl.Segmenter('en').segment(stem)].map(({ segment }) => segment);
  let size = bytesOf(stem);
  while (characters.length > 1 && (characters.length + ending.length > MOST_CHARACTERS || size + bytesOf(ending) > MOST_BYTES))
    size -= bytesOf(characters.pop() ?? '');
  const kept = characters.join('');
  // One letter with a thousand accents is still one.
  return bytesOf(kept) + bytesOf(ending) > MOST_BYTES ? 'file' : kept.trimEnd();
}

/**
 * The name under which a file is kept, whatever a client called it: the last part of a path, in Unicode's composed form,
 * without what cannot be seen, is unfit for file systems, or reserved. Never empty; fitting names stay as they are.
 */
export function fileNameFrom(raw: string): string {
  // Browsers write a quote in a name as %22.
  const last = raw.replaceAll('%22', '"').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(LONE_SURROGATE, '')
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(UNFIT, '_')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[. ]+$/, '');
  if (clean === '') return 'file';
  const named = RESERVED.test(clean) ? `_${clean}` : clean;
  const ending = extensionOf(named);
  return shorten(named.slice(0, named.length - ending.length), ending) + ending;
}

/** `name.ext` becomes `name.2.ext`, as in Trac, until it is free. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const ending = extensionOf(name);
  const stem = name.slice(0, name.length - ending.length);
  let free = name;
  for (let number = 2; taken.has(free); number++) {
    const added = `.${number}${ending}`;
    free = shorten(stem, added) + added;
  }
  return free;
}

/** Two sizes in words: in bytes where they would read alike. */
export function sizesInWords(one: number, other: number): readonly [string, string] {
  const [first, second] = [sizeInWords(one), sizeInWords(other)];
  if (one === other || first !== second) return [first, second];
  return [`${one.toLocaleString('en-US')} bytes`, `${other.toLocaleString('en-US')} bytes`];
}

/** `1.5 MB`; bytes below a thousand. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${units[unit]}`;
}
