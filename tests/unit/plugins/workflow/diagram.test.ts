import { expect, test } from 'vitest';
import { parseConfiguration } from '../../../../core/config/configuration.ts';
import { ITexts } from '../../../../core/index.ts';
import { type TestSite, testSite } from '../../../../core/testing/index.ts';
import { drawWorkflow } from '../../../../plugins/workflow/diagram.ts';
import { parseWorkflow } from '../../../../plugins/workflow/parse.ts';
import { htmlFaults } from '../../../support/html-faults.ts';

const draw = (site: TestSite, source: string): Promise<string> =>
  site.run(async (ctx) => {
    const scope = { resource: undefined, href: (path: string) => path, hide: (text: string) => text };
    return (await site.site.get(ITexts).render(ctx, [{ source, format: 'wiki' }], scope))[0] ?? '';
  });

test('the site’s own workflow is drawn, with a table that says the same', async () => {
  await using site = await testSite({});
  const html = await draw(site, '[[Workflow]]');
  expect(html).toContain('<svg class="workflow-picture" role="img"');
  for (const state of ['(new ticket)', 'new', 'assigned', 'accepted', 'closed', 'reopened'])
    expect(html).toContain(`>${state}</text>`);
  expect(html).toContain('<tr><th scope="row">resolve</th><td>new, assigned, accepted, reopened</td><td>closed</td></tr>');
  expect(htmlFaults(html)).toEqual([]);
});

test('another one is drawn from its lines, in parentheses or as a block', async () => {
  await using site = await testSite({});
  for (const source of [
    '[[Workflow(go = a -> b; go.label = Go <on>; stay = * -> *)]]',
    '{{{#!Workflow\ngo = a -> b\ngo.label = Go <on>\nstay = * -> *\n}}}',
  ]) {
    const html = await draw(site, source);
    expect(html).toContain('<tr><th scope="row">Go &lt;on&gt;</th><td>a</td><td>b</td></tr>');
    expect(html).toContain('<td>(any)</td><td>as it is</td>');
  }
});

test('what is no workflow is said in a sentence, and what is too large is a table alone', async () => {
  await using site = await testSite({});
  expect(await draw(site, '[[Workflow(a -> b)]]')).toContain('names no action');
  const many = Array.from({ length: 40 }, (_, index) => `go${index} = s${index} -> s${index + 1}`).join('; ');
  const html = await draw(site, `[[Workflow(${many})]]`);
  expect(html).not.toContain('<svg');
  expect(html).toContain('<td>s40</td>');
});

test('one of absurd size is drawn in a moment', () => {
  const states = Array.from({ length: 9_000 }, (_, index) => `s${index}`).join(',');
  const lines = Array.from({ length: 15 }, (_, index) => `go${index} = ${states} -> s${index}`);
  const { rules, problems } = parseWorkflow(parseConfiguration(['[ticket-workflow]', ...lines].join('\n')));
  expect(problems).toEqual([]);
  const started = performance.now();
  expect(drawWorkflow(rules)).not.toContain('<svg');
  expect(performance.now() - started).toBeLessThan(1500);
});
