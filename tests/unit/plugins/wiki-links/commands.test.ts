import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEnvironment } from '../../../../core/environment.ts';
import { silentLog } from '../../../../core/kernel/log.ts';
import { ITicketService } from '../../../../core/ticket/extension-points.ts';
import { CommandLine } from '../../../support/command-line.ts';

const cli = new CommandLine();
const dir = cli.at('env');
beforeAll(async () => {
  await cli.run(['init', dir]);
  await cli.run(['permission', 'add', dir, 'boss', 'TRAC_ADMIN']);
  await cli.run(['config', 'set', dir, 'trac', 'base_url', 'https://example.org/tracker']);
  const { site, database } = await openEnvironment(dir, { log: silentLog });
  await site.contexts.write({ user: { name: 'boss', authenticated: true }, via: 'cli' }, (ctx) =>
    site.get(ITicketService).apply(ctx, undefined, { fields: { summary: 'First', description: 'x' } }),
  );
  await site.close();
  await database.close();
});
afterAll(() => cli.close());

const render = (input: string, ...more: readonly string[]) =>
  cli.run(['wiki', 'render', dir, '--ticket', '1', ...more], { input });

test('a text is drawn as in a ticket, for whoever is named', async () => {
  const text = "'''b''' #1 comment:description joe@example.org\n";
  const { code, out } = await render(text);
  expect([code, out]).toEqual([0, expect.stringMatching(/^<p>\n<strong>b<\/strong> .*<br \/>\n<\/p>$/s)]);
  expect(out).toContain('<a class="new ticket" href="/tracker/ticket/1" title="#1: defect: First (new)">#1</a>');
  expect(out).toContain('joe@…');
  expect((await render(text, '--user', 'boss')).out).toContain('mailto:joe@example.org');
});

test('as one line, and in another format', async () => {
  expect((await render("= a =\n'''b'''", '--oneliner')).out).toBe('= a =\n<strong>b</strong>');
  expect((await render('**b** #1', '--format', 'markdown')).out).toContain('<p><strong>b</strong> <a class="new ticket"');
});

test('what it cannot do it says in a sentence', async () => {
  expect(await cli.run(['wiki', 'render', dir], { input: 'x' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('--ticket 12'),
  });
  expect(await cli.run(['wiki', 'render', dir, '--ticket', '99'], { input: 'x' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('no ticket #99'),
  });
  expect(await render('x', '--format', 'nosuch')).toMatchObject({ code: 1, err: expect.stringContaining('markdown, wiki') });
});

test('words in CamelCase may stay words', async () => {
  expect((await render('JavaScript')).out).toContain('class="missing wiki"');
  await cli.run(['config', 'set', dir, 'wiki', 'ignore_missing_pages', 'enabled']);
  const { out } = await render('JavaScript & [wiki:Start here]');
  await cli.run(['config', 'unset', dir, 'wiki', 'ignore_missing_pages']);
  expect(out).toMatch(/^<p>\nJavaScript &amp; <a class="missing wiki"/);
});
