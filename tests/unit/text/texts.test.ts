import { expect, test } from 'vitest';
import {
  component,
  ITextFormatProvider,
  ITexts,
  IWikiMacroProvider,
  IWikiSyntaxProvider,
  type LinkResolver,
  type TextFormat,
  type TextItem,
  type TextLink,
  type TextMacro,
  TracError,
  type WikiMacro,
} from '../../../core/index.ts';
import { type TestSite, testSite } from '../../../core/testing/index.ts';

const link = (namespace: string, target: string): TextLink => ({
  kind: 'link',
  namespace,
  target,
  label: target,
  source: `${namespace}:${target}`,
  labelled: false,
});
const call = (name: string, args = '', place: TextMacro['place'] = 'block'): TextMacro => ({
  kind: 'macro',
  name,
  args,
  body: undefined,
  place,
  otherwise: `<i>${name}</i>`,
  source: `[[${name}]]`,
});

const SPECIAL: Readonly<Record<string, (rest: string) => TextLink | TextMacro>> = {
  'L:': (target) => link('known', target),
  'U:': (target) => link('unknown', target),
  'M:': (name) => call(name),
  'P:': (name) => call(name, '', 'paragraph'),
  'I:': (name) => call(name, 'x', 'line'),
};

/** A format in which `L:x` is a link, `M:x` a macro and everything else text, with what happened on the way. */
function stage(more: { readonly macros?: readonly WikiMacro[]; readonly resolve?: LinkResolver['resolve'] } = {}) {
  const read: string[] = [];
  const asked: string[][] = [];
  const format: TextFormat = {
    name: 'test',
    label: 'Test',
    compile(source, { inline, breaks }) {
      read.push(`${source}${inline ? ' inline' : ''}${breaks ? ' breaks' : ''}`);
      if (source === 'bad') throw new Error('no');
      const parts = source.split(' ').map((word) => SPECIAL[word.slice(0, 2)]?.(word.slice(2)) ?? `<b>${word}</b>`);
      return { parts };
    },
  };
  const resolver: LinkResolver = {
    namespaces: ['known'],
    resolve: (ctx, links, scope) => {
      asked.push(links.map(({ target }) => target));
      return more.resolve?.(ctx, links, scope) ?? links.map(({ target }) => ({ href: scope.href(`/${target}`), classes: 'c' }));
    },
  };
  const Stage = component({
    implements: [ITextFormatProvider, IWikiSyntaxProvider, IWikiMacroProvider],
    create: () => ({
      getTextFormats: () => [format],
      getLinkResolvers: () => [resolver],
      getMacros: () => more.macros ?? [],
    }),
  });
  return { read, asked, plugin: { Stage } };
}

const scope = { resource: undefined, href: (path: string) => `/root${path}`, hide: (text: string) => text };
const draw = (site: TestSite, sources: readonly (string | TextItem)[], hide = scope.hide): Promise<readonly string[]> => {
  const items = sources.map((one) => (typeof one === 'string' ? { source: one, format: 'test' } : one));
  return site.run((ctx) => site.site.get(ITexts).render(ctx, items, { ...scope, hide }));
};

test('a text is read once for each set of options, however often it is drawn', async () => {
  const { read, plugin } = stage();
  await using site = await testSite({ plugins: [plugin] });
  await draw(site, ['a', 'a', { source: 'a', format: 'test', inline: true }]);
  await draw(site, ['a', { source: 'a', format: 'test', breaks: false }]);
  expect(read).toEqual(['a breaks', 'a inline', 'a']);
});

test('one that is only passing by is not kept', async () => {
  const { read, plugin } = stage();
  await using site = await testSite({ plugins: [plugin] });
  for (const _ of [1, 2]) await draw(site, [{ source: 'a', format: 'test', passing: true }]);
  expect(read).toHaveLength(2);
});

test('the cache holds so many bytes and no more', async () => {
  const { read, plugin } = stage();
  await using site = await testSite({ plugins: [plugin], ini: '[ticket]\ntext_cache_size = 5000\n' });
  const texts = [1, 2, 3].map((number) => String(number).repeat(500));
  for (const _ of [1, 2]) for (const text of texts) await draw(site, [text]);
  expect(read).toHaveLength(6);
});

test('the ends of lines are kept unless trac.ini or the caller says otherwise', async () => {
  const { read, plugin } = stage();
  await using site = await testSite({ plugins: [plugin], ini: '[ticket]\npreserve_newlines = no\n' });
  await draw(site, ['a', { source: 'a', format: 'test', breaks: true }]);
  expect(read).toEqual(['a', 'a breaks']);
});

test('links of all texts of a page are looked up at once', async () => {
  const { asked, plugin } = stage();
  await using site = await testSite({ plugins: [plugin] });
  expect(await draw(site, ['L:1 L:2', 'x', 'U:4 L:3'])).toEqual([
    '<a class="c" href="/root/1">1</a><a class="c" href="/root/2">2</a>',
    '<b>x</b>',
    'unknown:4<a class="c" href="/root/3">3</a>',
  ]);
  expect(asked).toEqual([['1', '2', '3']]);
});

test('a resolver that fails leaves labels, and one that leads astray leads nowhere', async () => {
  const failing = stage({
    resolve: () => {
      throw new Error('no');
    },
  });
  await using first = await testSite({ plugins: [failing.plugin] });
  expect(await draw(first, ['L:1'])).toEqual(['known:1']);
  const astray = stage({ resolve: (_ctx, links) => links.map(() => ({ href: 'javascript:1', classes: 'c', title: '"' })) });
  await using second = await testSite({ plugins: [astray.plugin] });
  expect(await draw(second, ['L:1'])).toEqual(['<a class="c" title="&quot;">1</a>']);
});

test('what nobody has to look up comes without waiting', async () => {
  const { plugin } = stage();
  await using site = await testSite({ plugins: [plugin] });
  const texts = site.site.get(ITexts);
  expect(texts.renderPlain({ source: 'a', format: 'test' }, scope)).toBe('<b>a</b>');
  expect(texts.renderPlain({ source: 'L:1', format: 'test' }, scope)).toBeUndefined();
  expect(texts.renderPlain({ source: '', format: 'test' }, scope)).toBe('');
});

test('what a reader must not see is cut before the text is read', async () => {
  const { read, plugin } = stage();
  await using site = await testSite({ plugins: [plugin] });
  await draw(site, ['joe@example.org'], (text) => text.replace('@example.org', '@…'));
  expect(read).toEqual(['joe@… breaks']);
});

test('a text that is too long, cannot be read or is in an unknown format stands as typed', async () => {
  const { plugin } = stage();
  await using site = await testSite({ plugins: [plugin] });
  const [long = '', bad, unknown, inline] = await draw(site, [
    'x'.repeat(262_145),
    'bad',
    { source: '<a>\nb\n\nc', format: 'nosuch' },
    { source: '<a>', format: 'nosuch', inline: true },
  ]);
  expect(long.slice(0, 90)).toContain('<p class="text-notice">This text is too long to be formatted.</p><p>\nxxx');
  expect(bad).toBe('<p class="text-notice">This text could not be formatted.</p><p>\nbad\n</p>\n');
  expect(unknown).toBe('<p>\n&lt;a&gt;<br />\nb\n</p>\n<p>\nc\n</p>\n');
  expect(inline).toBe('&lt;a&gt;');
});

const macro = (name: string, html: string | (() => string), inLines = false): WikiMacro => ({
  name,
  help: '',
  inLines,
  render: typeof html === 'string' ? () => html : html,
});

test('a macro stands where its call stands, and equal calls run once', async () => {
  let runs = 0;
  const macros = [macro('Block', '<div>b</div>'), macro('Word', '<i>w</i>', true), macro('Count', () => String(++runs))];
  await using site = await testSite({ plugins: [stage({ macros }).plugin] });
  expect(await draw(site, ['M:Block P:block', 'P:Word I:Word I:Block', 'M:Count M:Count', 'M:Nobody'])).toEqual([
    '<div>b</div></p><div>b</div><p>',
    '<i>w</i><i>w</i>[[Block(...)]]',
    '11',
    '<i>Nobody</i>',
  ]);
});

test('a macro that fails says why only where that is for readers', async () => {
  const fail = (error: Error) => () => {
    throw error;
  };
  const macros = [macro('Wrong', fail(new TracError('X', 'Say <what>.', 400))), macro('Broken', fail(new Error('secret')))];
  await using site = await testSite({ plugins: [stage({ macros }).plugin] });
  const [wrong, broken] = await draw(site, ['M:Wrong', 'M:Broken']);
  expect(wrong).toBe('<div class="system-message"><strong>Macro Wrong:</strong><pre>Say &lt;what&gt;.</pre></div>');
  expect(broken).toContain('the log says why');
  expect(broken).not.toContain('secret');
});

test('macros that take too long leave the remaining ones undrawn', async () => {
  const slow = (): string => {
    const end = performance.now() + 1100;
    while (performance.now() < end);
    return 'slow';
  };
  await using site = await testSite({ plugins: [stage({ macros: [macro('Slow', slow), macro('Next', 'next')] }).plugin] });
  const [html = ''] = await draw(site, ['M:Slow M:Next']);
  expect(html).toMatch(/^slow<div class="system-message">/);
});

test('a format that nobody knows is reported with the one that was meant', async () => {
  await using site = await testSite({ ini: '[ticket]\ntext_format = markdwon\npreserve_newlines = maybe\n' });
  const messages = site.site.diagnoses().map(({ message, remedy }) => `${message} ${remedy}`);
  expect(messages.find((one) => one.includes('markdwon'))).toMatch(/Did you mean markdown\?.*wiki/s);
  expect(messages.find((one) => one.includes('maybe'))).toContain('yes');
  expect(site.site.get(ITexts).current).toBe('wiki');
});

test('of two formats with one name the first counts, and the other is reported', async () => {
  await using site = await testSite({ plugins: { one: stage().plugin, two: stage().plugin } });
  expect(site.site.get(ITexts).formats.filter(({ name }) => name === 'test')).toHaveLength(1);
  expect(site.site.diagnoses().map(({ message }) => message)).toContain('Two text formats are called test.');
});

test('what new texts are written in is stored with them, and old ones keep theirs', async () => {
  await using site = await testSite({ ini: '[ticket]\ntext_format = markdown\n' });
  const { id } = await site.fileTicket({ summary: 's', description: '**b**' });
  await site.submit(id, 'leave', {}, { comment: '**c**' });
  expect((await site.history(id))[0]?.format).toBe('markdown');
  const row = await site.run((ctx) => ctx.db('ticket').where({ id }).first('description_format'));
  expect(row).toEqual({ description_format: 'markdown' });
});
