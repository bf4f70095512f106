import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { speedUp, type TemplateEngine } from '../../../core/web/template-speed.ts';
import { createViews } from '../../../core/web/views.ts';

type Nunjucks = TemplateEngine & typeof import('nunjucks');
const require = createRequire(import.meta.url);

/** A copy of nunjucks of its own: the module the views use is changed once for the whole process. */
function freshNunjucks(): Nunjucks {
  for (const name of Object.keys(require.cache)) if (name.includes('/nunjucks/')) delete require.cache[name];
  return require('nunjucks') as Nunjucks;
}

const data = (nunjucks: Nunjucks) => ({
  rows: [
    { id: 1, name: '<b>&"\'\\', tags: ['x', 'y'] },
    { id: 2, name: 'plain', tags: [] },
  ],
  map: { first: 1, second: '<two>' },
  safe: new nunjucks.runtime.SafeString('<i>safe</i>'),
  unsafe: { toString: () => '<u>' },
  zero: 0,
  no: false,
  pairs: [
    ['a', 1],
    ['b', 2],
  ],
  greet: {
    word: 'Hi',
    say(name: string) {
      return `${this.word} ${name}`;
    },
  },
});

const TEMPLATES = [
  '{% for row in rows %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {{ row.name }}{% for tag in row.tags %}{{ loop.index }}{{ tag }}{% else %}none{% endfor %} after {{ loop.index }};{% endfor %}',
  '{% for key, value in map %}{{ loop.index }}/{{ loop.length }} {{ key }}={{ value }}{% if not loop.last %}, {% endif %}{% endfor %}',
  '{% for a, b in pairs %}{{ a }}{{ b }}{{ loop.last }}{% endfor %}',
  '{{ safe }}{{ unsafe }}{{ zero }}{{ no }}{{ "<" | safe }}{{ "<" | upper }}{{ [1, "<"] }}',
  '{{ greet.say("<you>") }}{{ map["second"] }}{{ rows[0].name | length }}',
  '{% set x = 1 %}{% for row in rows %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}',
  '{% macro m(a, b=2) %}[{{ a }}{{ b }}{{ caller() if caller }}]{% endmacro %}{{ m(1) }}{{ m("<", b=3) }}{% call m(4) %}in{% endcall %}',
  '{% for row in rows %}{% include "part" %}{% endfor %}',
  '{% extends "frame" %}{% block inner %}{{ super() }}{% for row in rows %}{{ loop.index }}{{ row.id }}{% endfor %}{% endblock %}',
  '{{ rows | join("-", "name") }}{% if missing.deep %}x{% endif %}{% for x in missing %}y{% else %}empty{% endfor %}',
];
const PARTS: Readonly<Record<string, string>> = {
  part: '({{ row.id }} {{ loop.index }})',
  frame: '<{% block inner %}frame{% endblock %}>{% set local = "<l>" %}{{ local }}',
};

test('the faster engine prints exactly what the stock one prints', () => {
  const [stock, fast] = [freshNunjucks(), freshNunjucks()];
  expect(stock.runtime).not.toBe(fast.runtime);
  speedUp(fast);
  speedUp(fast);
  const render = (nunjucks: Nunjucks, template: string, autoescape: boolean) => {
    const loader = {
      getSource: (name: string) => ({ src: name === 'page' ? template : (PARTS[name] ?? ''), path: name, noCache: false }),
    };
    return new nunjucks.Environment(loader, { autoescape }).render('page', data(nunjucks));
  };
  for (const template of TEMPLATES)
    for (const autoescape of [true, false]) expect(render(fast, template, autoescape)).toBe(render(stock, template, autoescape));
});

test('loops that wait print the same too', async () => {
  const template = '{% asyncEach row in rows %}{{ loop.index }}{{ loop.last }}{{ row.name }}{% endeach %}';
  const render = (nunjucks: Nunjucks) =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, text: string | null) => (error ? reject(error) : resolve(text));
      new nunjucks.Environment(null, { autoescape: true }).renderString(template, data(nunjucks), done);
    });
  const [stock, fast] = [freshNunjucks(), freshNunjucks()];
  speedUp(fast);
  expect(await render(fast)).toBe(await render(stock));
});

function views(files: Readonly<Record<string, string>>, more: readonly Readonly<Record<string, string>>[] = []) {
  const dirs = [files, ...more].map((contents) => {
    const dir = mkdtempSync(join(tmpdir(), 'tracts-views-'));
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(dir, name), text);
    return dir;
  });
  return createViews({ dirs, siteName: 'Site <1>', admin: 'root@example.org', staticPath: (path) => `/chrome/${path}?v=1` });
}
const scope = { timeZone: 'Asia/Kolkata', now: new Date('2026-03-02T00:00:00Z'), url: (path: string) => `/pre${path}` };
const render = (text: string, data: Readonly<Record<string, unknown>> = {}) =>
  views({ 'a.njk': text }).render('a.njk', data, scope);

test('a template cannot reach constructors, and text is never a template', () => {
  expect(render('{{ "".constructor.constructor("return 1")() if "".constructor else "closed" }}')).toBe('closed');
  expect(render('{{ text }}', { text: '{{ 1 + 1 }}' })).toBe('{{ 1 + 1 }}');
});

test('printing what is not there names template, line and column', () => {
  expect(() => render('a\n{{ nothing }}')).toThrow(/a\.njk failed: .*Line 2, Column 1/s);
});

test('a missing template is an error that people do not see', () => {
  expect(() => views({}).render('none.njk', {})).toThrow(/none\.njk/);
});

test('site knows its name and puts the prefix before addresses, in imported macros too', () => {
  const all = views({
    'a.njk': '{% from "m.njk" import link %}{{ link() }} {{ site.name }} {{ site.admin }} {{ site.static("common/a.css") }}',
    'm.njk': '{% macro link() %}{{ site.url("/x") }} {{ time | default(0) }}{% endmacro %}',
  });
  expect(all.render('a.njk', {}, scope)).toBe('/pre/x 0 Site &lt;1&gt; root@example.org /pre/chrome/common/a.css?v=1');
  expect(all.render('a.njk', {})).toContain('/x 0');
});

test('the first folder that has a template wins', () => {
  expect(views({ 'a.njk': 'mine' }, [{ 'a.njk': 'core', 'b.njk': 'b' }]).render('a.njk', {})).toBe('mine');
  expect(views({ 'a.njk': '{% include "b.njk" %}' }, [{ 'b.njk': 'b' }]).render('a.njk', {})).toBe('b');
});

test('times are printed in the time zone of the page', () => {
  const time = new Date('2026-03-01T20:05:00.123Z');
  expect(render('{{ t | date }} {{ t | datetime }} {{ t | iso }} {{ t | age }}', { t: time })).toBe(
    '2026-03-02 2026-03-02 01:35 2026-03-01T20:05:00Z 3 hours ago',
  );
  expect(views({ 'a.njk': '{{ t | datetime }}' }).render('a.njk', { t: time })).toBe('2026-03-01 20:05');
  expect(views({ 'a.njk': '{{ t | age }}' }).render('a.njk', { t: new Date() })).toBe('just now');
});

test('a time filter refuses what is no time', () => {
  expect(() => render('{{ t | date }}', { t: 1_700_000_000_000_000 })).toThrow('takes a Date');
  expect(() => render('{{ t | age }}', { t: new Date(Number.NaN) })).toThrow('takes a Date');
});

test('data for scripts is JSON in an attribute', () => {
  expect(render('<p data-x="{{ x | json }}">', { x: { a: '"<' } })).toBe(
    '<p data-x="{&quot;a&quot;:&quot;&#92;&quot;&lt;&quot;}">',
  );
  expect(render('{{ x | json }}')).toBe('null');
});

test('a macro is called by file and name, and its lack is said', () => {
  const all = views({
    'a.njk': '{{ call_macro(file, "edit", 5) }}{{ call_macro(file, "edit", 6) }}',
    'f.njk': '{% macro edit(x) %}<{{ x }}>{% endmacro %}',
    'g.njk': '',
  });
  expect(all.render('a.njk', { file: 'f.njk' })).toBe('<5><6>');
  expect(() => all.render('a.njk', { file: 'g.njk' })).toThrow('g.njk has no macro edit');
  expect(() => all.render('a.njk', { file: 'h.njk' })).toThrow('h.njk');
});

test('a macro of a frozen argument is drawn once for each front page, of any other anew', () => {
  const dir = mkdtempSync(join(tmpdir(), 'views-'));
  writeFileSync(join(dir, 'm.njk'), '{% macro link(x) %}<a href="{{ site.url(\'/q\') }}">{{ x.text }}</a>{% endmacro %}');
  writeFileSync(join(dir, 'p.njk'), "{{ call_macro('m.njk', 'link', x) }}");
  const views = createViews({ dirs: [dir], siteName: 'S', staticPath: (path) => path });
  const at = (prefix: string) => ({ timeZone: 'UTC', now: new Date(0), url: (path: string) => prefix + path });
  const frozen = Object.freeze({ text: '<a>' });
  const loose = { text: 'one' };
  expect(views.render('p.njk', { x: frozen }, at(''))).toBe('<a href="/q">&lt;a&gt;</a>');
  expect(views.render('p.njk', { x: frozen }, at('/prefix'))).toBe('<a href="/prefix/q">&lt;a&gt;</a>');
  expect(views.render('p.njk', { x: frozen }, at(''))).toBe('<a href="/q">&lt;a&gt;</a>');
  expect(views.render('p.njk', { x: loose }, at(''))).toContain('one');
  loose.text = 'two';
  expect(views.render('p.njk', { x: loose }, at(''))).toContain('two');
});
