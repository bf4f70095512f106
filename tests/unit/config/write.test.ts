import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replaceFile, setOption } from '../../../core/config/write.ts';
import { ConfigError } from '../../../core/kernel/errors.ts';
import { makeFolder } from './folder.ts';

const read = (file: string): string => readFileSync(file, 'utf8');

describe('setOption', () => {
  it('writes the change and leaves nothing else behind', () => {
    const path = makeFolder({ 'conf/trac.ini': '# mine\n[a]\nk = v\n' });
    expect(setOption(path('conf/trac.ini'), 'a', 'k', 'x')).toBe(true);
    expect(read(path('conf/trac.ini'))).toBe('# mine\n[a]\nk = x\n');
    expect(readdirSync(path('conf'))).toEqual(['trac.ini']);
  });

  it('does not touch the file when it says so already', () => {
    const path = makeFolder({ 'trac.ini': '[a]\nk = v\n' });
    const before = statSync(path('trac.ini'), { bigint: true });
    expect(setOption(path('trac.ini'), 'a', 'k', 'v')).toBe(false);
    expect(setOption(path('trac.ini'), 'a', 'l', null)).toBe(false);
    expect(statSync(path('trac.ini'), { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
  });

  it('replaces the file at once: who holds the old one open sees the old one', () => {
    const path = makeFolder({ 'trac.ini': '[a]\nk = v\n' });
    const before = statSync(path('trac.ini')).ino;
    setOption(path('trac.ini'), 'a', 'k', 'x');
    expect(statSync(path('trac.ini')).ino).not.toBe(before);
  });

  it('keeps the mode', () => {
    const path = makeFolder({ 'trac.ini': '[a]\n' });
    chmodSync(path('trac.ini'), 0o640);
    setOption(path('trac.ini'), 'a', 'k', 'x');
    expect(statSync(path('trac.ini')).mode & 0o777).toBe(0o640);
  });

  it('writes through a symbolic link and keeps the link', () => {
    const path = makeFolder({ 'real/site.ini': '[a]\n' });
    symlinkSync(path('real/site.ini'), path('trac.ini'));
    setOption(path('trac.ini'), 'a', 'k', 'x');
    expect(lstatSync(path('trac.ini')).isSymbolicLink()).toBe(true);
    expect(read(path('real/site.ini'))).toBe('[a]\nk = x\n');
  });

  it.each([
    ['a file that does not parse', '[a]\nbad\n', 'k', 'v', 'trac.ini, line 2'],
    ['a value the file cannot hold', '[a]\nk = v\n', 'k', 'x\n# y', 'cannot hold'],
    ['a result that would not load', '[inherit]\n', 'file', 'trac.ini', 'inherits from itself'],
  ])('refuses %s and leaves the file alone', (_what, text, key, value, words) => {
    const path = makeFolder({ 'trac.ini': text });
    const section = text.includes('inherit') ? 'inherit' : 'a';
    expect(() => setOption(path('trac.ini'), section, key, value)).toThrow(ConfigError);
    expect(() => setOption(path('trac.ini'), section, key, value)).toThrow(words);
    expect(read(path('trac.ini'))).toBe(text);
    expect(readdirSync(path('.'))).toEqual(['trac.ini']);
  });

  it('says so when the disk refuses', () => {
    const path = makeFolder();
    mkdirSync(path('folder.ini'));
    for (const name of ['none.ini', 'folder.ini']) {
      expect(() => setOption(path(name), 'a', 'k', 'v')).toThrow(ConfigError);
      expect(() => setOption(path(name), 'a', 'k', 'v')).toThrow('the change cannot be written');
    }
  });

  it('leaves no temporary file behind when the last step fails', () => {
    const path = makeFolder();
    mkdirSync(path('folder.ini'));
    expect(() => replaceFile(path('folder.ini'), '[a]\n')).toThrow('EISDIR');
    expect(readdirSync(path('.'))).toEqual(['folder.ini']);
  });

  it('loses no change of many made in a row', () => {
    const path = makeFolder({ 'trac.ini': '[a]\n' });
    for (let number = 0; number < 50; number++) setOption(path('trac.ini'), 'a', `k${number}`, String(number));
    expect(read(path('trac.ini')).split('\n')).toHaveLength(52);
  });
});
