import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extensionOf, fileNameFrom, freeName, sizeInWords, sizesInWords } from '../../../../plugins/attachments/names.ts';

test.each([
  ['report.pdf', 'report.pdf'],
  ['C:\\Users\\ann\\report.pdf', 'report.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['/', 'file'],
  ['', 'file'],
  ['.', 'file'],
  ['..', 'file'],
  ['...', 'file'],
  ['.gitignore', '.gitignore'],
  ['a\0b\r\nSet-Cookie: x.txt', 'abSet-Cookie_ x.txt'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['a%22b".txt', 'a_b_.txt'],
  ['<img src=x onerror=alert(1)>.png', '_img src=x onerror=alert(1)_.png'],
  ['  two   words .txt ', 'two words.txt'],
  ['trailing. . .', 'trailing'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['lpt1.tar.gz', '_lpt1.tar.gz'],
  ['console.log', 'console.log'],
  ['Cafe\u0301.txt', 'Caf\u00e9.txt'],
  ['\ud800lone.txt', 'lone.txt'],
  ['日本語.txt', '日本語.txt'],
  ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
])('%j is kept as %j', (raw, kept) => {
  expect(fileNameFrom(raw)).toBe(kept);
});

test('a long name keeps its ending', () => {
  const name = fileNameFrom(`${'x'.repeat(500)}.tar.gz`);
  expect([name.length, name.endsWith('x.tar.gz')]).toEqual([120, true]);
  expect(Buffer.byteLength(fileNameFrom(`${'語'.repeat(300)}.txt`))).toBeLessThanOrEqual(200);
  expect(fileNameFrom(`e${'\u0301'.repeat(1000)}.txt`)).toBe('file.txt');
});

test('whatever a client calls a file, its name is fit for paths, pages and headers, and stays as it is the second time', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 300 }));
  fc.assert(
    fc.property(anything, (raw) => {
      const name = fileNameFrom(raw);
      expect(name).not.toBe('');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(name).not.toMatch(/^\.{1,2}$|[/\\<>:"|?*\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      expect(Buffer.from(name).toString()).toBe(name);
      expect(fileNameFrom(name)).toBe(name);
    }),
    { numRuns: 1000 },
  );
});

test('a name that is taken gets a number before its ending', () => {
  expect(freeName('a.txt', new Set())).toBe('a.txt');
  expect(freeName('a.txt', new Set(['a.txt']))).toBe('a.2.txt');
  expect(freeName('a.tar.gz', new Set(['a.tar.gz', 'a.2.tar.gz']))).toBe('a.3.tar.gz');
  expect(freeName('README', new Set(['README']))).toBe('README.2');
  const long = fileNameFrom(`${'x'.repeat(300)}.txt`);
  expect(freeName(long, new Set([long]))).toMatch(/^x{114}\.2\.txt$/);
});

test('endings are short and have no blanks', () => {
  expect(['a.txt', 'a', '.bashrc', 'a.b c', 'x.tar.bz2', 'End of a sentence. Next'].map(extensionOf)).toEqual([
    '.txt',
    '',
    '',
    '',
    '.tar.bz2',
    '',
  ]);
});

test('sizes read as people say them', () => {
  expect([0, 1, 999, 1000, 262_144, 1_572_864, 5_000_000_000].map(sizeInWords)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 KB',
    '256 KB',
    '1.5 MB',
    '4.7 GB',
  ]);
});

test('two sizes that would read alike are told in bytes', () => {
  const most = 14 * 1024 * 1024;
  expect(sizesInWords(most + 1, most)).toEqual(['14,680,065 bytes', '14,680,064 bytes']);
  expect(sizesInWords(most * 2, most)).toEqual(['28 MB', '14 MB']);
  expect(sizesInWords(101, 100)).toEqual(['101 bytes', '100 bytes']);
});
