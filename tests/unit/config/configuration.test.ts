import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attemptConfiguration, loadConfiguration, MISSING, parseConfiguration } from '../../../core/config/configuration.ts';
import { ConfigError } from '../../../core/kernel/errors.ts';
import { makeFolder } from './folder.ts';

describe('loadConfiguration', () => {
  it('answers as settings do: names of options in any case, undefined when nothing is set', () => {
    const path = makeFolder({ 'trac.ini': '[sla]\nHours = 8\nempty =\n' });
    const configuration = loadConfiguration(path('trac.ini'));
    expect(configuration.get('sla', 'HOURS')).toBe('8');
    expect(configuration.get('sla', 'empty')).toBe('');
    expect(configuration.get('sla', 'days')).toBeUndefined();
    expect(configuration.get('SLA', 'hours')).toBeUndefined();
    expect([configuration.has('sla', 'empty'), configuration.has('sla', 'days')]).toEqual([true, false]);
    expect(configuration.entries('none')).toEqual([]);
  });

  it('knows where each value and section stands, and guesses nothing for others', () => {
    const path = makeFolder({ 'trac.ini': '\n[sla]\n\nHours = 8\n' });
    const file = path('trac.ini');
    const configuration = loadConfiguration(file);
    expect(configuration.place('sla', 'hours')).toEqual({ file, section: 'sla', key: 'hours', line: 4 });
    expect(configuration.place('sla', 'Days')).toEqual({ file, section: 'sla', key: 'days' });
    expect(configuration.sectionPlace('sla')).toEqual({ file, section: 'sla', line: 2 });
    expect(configuration.sectionPlace('none')).toEqual({ file, section: 'none' });
  });

  it('inherits from files relative to the file that names them; the first wins, an own empty value too', () => {
    const path = makeFolder({
      'conf/trac.ini': '[inherit]\nfile = ../one/p.ini, , ../two.ini\n[a]\nown =\n',
      'one/p.ini': '[inherit]\nfile = grand.ini\n[a]\nown = p\nfirst = p\n',
      'one/grand.ini': '[a]\nfirst = g\ngrand = g\n[g]\nx = y\n',
      'two.ini': '[a]\nfirst = t\ngrand = t\ntwo = t\n',
    });
    const configuration = loadConfiguration(path('conf/trac.ini'));
    expect(configuration.entries('a')).toEqual([
      ['own', ''],
      ['first', 'p'],
      ['grand', 'g'],
      ['two', 't'],
    ]);
    expect(configuration.place('a', 'grand')).toEqual({ file: path('one/grand.ini'), section: 'a', key: 'grand', line: 3 });
    expect(configuration.sections()).toEqual(['a', 'g', 'inherit']);
    expect(configuration.files).toEqual(['conf/trac.ini', 'one/p.ini', 'one/grand.ini', 'two.ini'].map(path));
  });

  it('skips an inherited file that does not exist, but remembers to look for it', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = nope.ini\n' });
    const configuration = loadConfiguration(path('trac.ini'));
    expect(configuration.files).toEqual([path('trac.ini')]);
    expect(configuration.stamps.get(path('nope.ini'))).toBe(MISSING);
  });

  it('reads a parent of two parents once', () => {
    const path = makeFolder({
      'trac.ini': '[inherit]\nfile = p.ini, q.ini\n',
      'p.ini': '[inherit]\nfile = g.ini\n',
      'q.ini': '[inherit]\nfile = g.ini\n',
      'g.ini': '[a]\nk = v\n',
    });
    expect(loadConfiguration(path('trac.ini')).get('a', 'k')).toBe('v');
  });

  it('lets [DEFAULT] of a file reach the sections of that file only', () => {
    const path = makeFolder({
      'trac.ini': '[inherit]\nfile = p.ini\n[DEFAULT]\nd = child\n[a]\n',
      'p.ini': '[a]\nd = parent\n[b]\nk = v\n',
    });
    const configuration = loadConfiguration(path('trac.ini'));
    expect(configuration.get('a', 'd')).toBe('child');
    expect(configuration.get('b', 'd')).toBeUndefined();
    expect(configuration.place('a', 'd')).toMatchObject({ section: 'DEFAULT', line: 4 });
    expect(configuration.get('DEFAULT', 'd')).toBe('child');
    expect(configuration.sections()).toEqual(['a', 'b', 'inherit']);
  });

  it('refuses a circle, naming the line that closes it', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = p.ini\n', 'p.ini': '[x]\n[inherit]\nfile = trac.ini\n' });
    expect(() => loadConfiguration(path('trac.ini'))).toThrow(ConfigError);
    expect(() => loadConfiguration(path('trac.ini'))).toThrow('p.ini, line 3, [inherit] file: the file inherits from itself');
  });

  it('refuses a circle through a symbolic link', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = link.ini\n' });
    symlinkSync(path('trac.ini'), path('link.ini'));
    expect(() => loadConfiguration(path('trac.ini'))).toThrow('inherits from itself');
  });

  it('names the parent in which a mistake stands', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = p.ini\n', 'p.ini': '[a]\nk\n' });
    expect(() => loadConfiguration(path('trac.ini'))).toThrow(
      expect.objectContaining({ place: { file: path('p.ini'), section: 'a', line: 2 } }),
    );
  });

  it('refuses a folder that [inherit] names, at the line that names it', () => {
    const path = makeFolder();
    mkdirSync(path('shared'));
    writeFileSync(path('trac.ini'), '[project]\nname = x\n[inherit]\nfile = shared\n');
    const attempt = attemptConfiguration(path('trac.ini'));
    if (!('error' in attempt)) throw new Error('it was taken');
    expect(attempt.error.place).toMatchObject({ section: 'inherit', key: 'file', line: 4 });
    expect(attempt.error.message).toContain('trac.ini, line 4, [inherit] file: ');
    expect(attempt.error.message).toContain('shared is a folder. Name a file.');
  });

  it('refuses more than a hundred files to inherit from', () => {
    const path = makeFolder();
    const names = Array.from({ length: 101 }, (_, index) => `p${index}.ini`);
    writeFileSync(path('trac.ini'), `[inherit]\nfile = ${names.join(', ')}\n`);
    expect(() => loadConfiguration(path('trac.ini'))).toThrow('line 2, [inherit] file: more than 100 files are named');
  });

  it('refuses a file that is not there, and a folder', () => {
    const path = makeFolder();
    mkdirSync(path('folder'));
    expect(() => loadConfiguration(path('trac.ini'))).toThrow('no such file');
    expect(() => loadConfiguration(path('folder'))).toThrow('is a folder. Name a file.');
  });

  it('refuses five megabytes', () => {
    const path = makeFolder({ 'trac.ini': `[a]\n${'# filler\n'.repeat(600_000)}` });
    expect(() => loadConfiguration(path('trac.ini'))).toThrow(/5\.\d MB, more than the 1 MB/);
  });

  it('says why a file cannot be read', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = loop.ini\n' });
    symlinkSync(path('loop.ini'), path('loop.ini'));
    expect(() => loadConfiguration(path('trac.ini'))).toThrow(ConfigError);
    expect(() => loadConfiguration(path('trac.ini'))).toThrow(/loop\.ini: the file cannot be read \(ELOOP/);
  });

  it('takes an empty file as one that sets nothing', () => {
    const path = makeFolder({ 'trac.ini': '' });
    expect(loadConfiguration(path('trac.ini')).sections()).toEqual([]);
  });

  it('sorts sections by code point, as Trac does', () => {
    expect(parseConfiguration('[b]\n[B]\n[\u{1f600}]\n[\uffee]\n[a.b]\n').sections()).toEqual([
      'B',
      'a.b',
      'b',
      '\uffee',
      '\u{1f600}',
    ]);
  });
});

describe('attemptConfiguration', () => {
  it('tells which files a failed attempt has touched', () => {
    const path = makeFolder({ 'trac.ini': '[inherit]\nfile = p.ini, q.ini\n', 'p.ini': '[a]\n', 'q.ini': 'bad\n' });
    const attempt = attemptConfiguration(path('trac.ini'));
    expect('error' in attempt && [...attempt.stamps.keys()]).toEqual(['trac.ini', 'p.ini', 'q.ini'].map(path));
  });
});

describe('parseConfiguration', () => {
  it('reads nothing from disk unless it knows the file', () => {
    const path = makeFolder({ 'p.ini': '[a]\nk = v\n' });
    const text = `[inherit]\nfile = ${path('p.ini')}\n`;
    expect(parseConfiguration(text).get('a', 'k')).toBeUndefined();
    expect(parseConfiguration(text, { file: path('trac.ini') }).get('a', 'k')).toBe('v');
  });

  it('sees the circle that the text would make', () => {
    const path = makeFolder({ 'trac.ini': '[a]\n' });
    expect(() => parseConfiguration('[inherit]\nfile = trac.ini\n', { file: path('trac.ini') })).toThrow('inherits from itself');
  });

  it('cannot be changed', () => {
    const configuration = parseConfiguration('[a]\nk = v\n');
    expect(Object.isFrozen(configuration)).toBe(true);
    expect(Object.isFrozen(configuration.sections())).toBe(true);
  });
});
