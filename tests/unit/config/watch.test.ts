import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfiguration, parseConfiguration } from '../../../core/config/configuration.ts';
import { type ConfigurationNews, watchConfiguration } from '../../../core/config/watch.ts';
import { setOption } from '../../../core/config/write.ts';
import { makeFolder } from './folder.ts';

/** Watches trac.ini of a new folder; `news` collects what is told, as the value of [a] k or the message. */
function watch(files: Readonly<Record<string, string>>, interval = 60_000) {
  const path = makeFolder(files);
  const news: (string | undefined)[] = [];
  const tell = (told: ConfigurationNews) => {
    news.push('error' in told ? told.error.message : told.configuration.get('a', 'k'));
  };
  const watcher = watchConfiguration(loadConfiguration(path('trac.ini')), tell, { interval });
  onTestFinished(() => watcher.stop());
  return { path, news, watcher };
}

async function until(condition: () => boolean, patience = 2000): Promise<void> {
  for (const end = Date.now() + patience; !condition() && Date.now() < end; ) await sleep(10);
}

describe('watchConfiguration', () => {
  it('tells of a change within two seconds, untold how often to look', async () => {
    const path = makeFolder({ 'trac.ini': '[a]\nk = v\n' });
    const news: ConfigurationNews[] = [];
    const watcher = watchConfiguration(loadConfiguration(path('trac.ini')), (told) => news.push(told));
    onTestFinished(() => watcher.stop());
    setOption(path('trac.ini'), 'a', 'k', 'x');
    await until(() => news.length > 0);
    expect(news).toMatchObject([{ configuration: { file: path('trac.ini') } }]);
  });

  it('tells nothing when nothing changes', async () => {
    const { news, watcher } = watch({ 'trac.ini': '[a]\nk = v\n' }, 5);
    await sleep(60);
    watcher.check();
    expect(news).toEqual([]);
  });

  it('waits until a file has come to rest', async () => {
    const { path, news } = watch({ 'trac.ini': '[a]\nk = v\n' }, 150);
    truncateSync(path('trac.ini'));
    await sleep(160);
    writeFileSync(path('trac.ini'), '[a]\nk = whole\n');
    await until(() => news.length > 0);
    expect(news).toEqual(['whole']);
  });

  it('sees an edit by rename, also one of the same size', () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[a]\nk = v\n', 'new.ini': '[a]\nk = w\n' });
    renameSync(path('new.ini'), path('trac.ini'));
    watcher.check();
    expect(news).toEqual(['w']);
  });

  it('tells an error once, and the good file that follows', () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[a]\nk = v\n' });
    writeFileSync(path('trac.ini'), '[a]\nk\n');
    watcher.check();
    watcher.check();
    expect(news).toEqual([expect.stringContaining('trac.ini, line 2')]);
    writeFileSync(path('trac.ini'), '[a]\nk = good\n');
    watcher.check();
    expect(news[1]).toBe('good');
  });

  it('sees a change in an inherited file, and one that appears', () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[inherit]\nfile = new.ini, p.ini\n', 'p.ini': '[a]\nk = p\n' });
    writeFileSync(path('p.ini'), '[a]\nk = changed\n');
    watcher.check();
    writeFileSync(path('new.ini'), '[a]\nk = new\n');
    watcher.check();
    expect(news).toEqual(['changed', 'new']);
  });

  it('sees the mending of a parent that was never good', () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[a]\n', 'p.ini': 'bad\n' });
    appendFileSync(path('trac.ini'), '[inherit]\nfile = p.ini\n');
    watcher.check();
    writeFileSync(path('p.ini'), '[a]\nk = mended\n');
    watcher.check();
    expect(news).toEqual([expect.stringContaining('p.ini, line 1'), 'mended']);
  });

  it('takes a file that vanishes as an error, and its return as good', () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[a]\nk = v\n' });
    renameSync(path('trac.ini'), path('away.ini'));
    watcher.check();
    renameSync(path('away.ini'), path('trac.ini'));
    watcher.check();
    expect(news).toEqual([expect.stringContaining('no such file'), 'v']);
  });

  it('takes a parent that vanishes as an error until it is no longer named', () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[inherit]\nfile = p.ini\n', 'p.ini': '[a]\nk = p\n' });
    rmSync(path('p.ini'));
    watcher.check();
    appendFileSync(path('trac.ini'), '[b]\n');
    watcher.check();
    writeFileSync(path('trac.ini'), '[a]\nk = own\n');
    watcher.check();
    expect(news).toEqual([expect.stringContaining('p.ini: the inherited file is gone'), expect.stringContaining('gone'), 'own']);
  });

  it('refuses to watch what has no file', () => {
    expect(() => watchConfiguration(parseConfiguration('[a]\n'), () => undefined)).toThrow('loaded from a file');
  });

  it('is silent after it was stopped', async () => {
    const { path, news, watcher } = watch({ 'trac.ini': '[a]\nk = v\n' }, 5);
    watcher.stop();
    setOption(path('trac.ini'), 'a', 'k', 'x');
    await sleep(60);
    expect(news).toEqual([]);
  });
});
