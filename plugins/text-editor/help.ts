import type { ITexts, OperationContext, Outcome, WebRequest } from 'tracts';

interface Sample {
  readonly title: string;
  readonly source: string;
  /** In words, where what it shows is in no ticket of this site. */
  readonly shows?: string;
}

const sample = (title: string, ...lines: readonly string[]): Sample => ({ title, source: lines.join('\n') });

const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  wiki: [
    sample('Bold, italic', "'''bold''' and ''italic''"),
    sample('Underlined, struck through', '__underlined__ and ~~struck through~~'),
    sample('Code in a line', 'Run `npm test` first.'),
    sample('A block of code', '{{{#!python', 'def hello():', '    return "hello"', '}}}'),
    sample('Heading', '== What happened =='),
    sample('List', ' * apples', ' * pears', '   * ripe ones'),
    sample('Numbered list', ' 1. open the page', ' 1. press the button'),
    sample('Quotation', '> Somebody wrote this.', 'And this is the answer.'),
    sample('Table', '||= Month =||= Orders =||', '|| May || 12 ||'),
    sample('Link', '[https://example.org our shop]'),
    sample('Ticket, comment', '#1 and comment:3:ticket:1'),
    sample('Milestone, query', 'milestone:milestone1 and query:status=new'),
    { title: 'File of this ticket', source: '[attachment:log.txt the log]', shows: 'A link to the file log.txt' },
    { title: 'Picture of this ticket', source: '[[Image(screen.png)]]', shows: 'The picture screen.png' },
    sample('Somebody who shall be told', 'What do you think, @ann?'),
    sample('As typed', 'An exclamation mark before it: !#1, !comment:3'),
  ],
  markdown: [
    sample('Bold, italic', '**bold** and *italic*'),
    sample('Struck through', '~~struck through~~'),
    sample('Code in a line', 'Run `npm test` first.'),
    sample('A block of code', '```python', 'def hello():', '    return "hello"', '```'),
    sample('Heading', '## What happened'),
    sample('List', '- apples', '- pears', '  - ripe ones'),
    sample('Numbered list', '1. open the page', '2. press the button'),
    sample('Quotation', '> Somebody wrote this.', '', 'And this is the answer.'),
    sample('Table', '| Month | Orders |', '|-------|-------:|', '| May | 12 |'),
    sample('Link', '[our shop](https://example.org)'),
    sample('Ticket, comment', '#1 and comment:3:ticket:1'),
    sample('Milestone, query', 'milestone:milestone1 and query:status=new'),
    { title: 'File of this ticket', source: '[the log](log.txt)', shows: 'A link to the file log.txt' },
    { title: 'Picture of this ticket', source: '![the screen](screen.png)', shows: 'The picture screen.png' },
    sample('Somebody who shall be told', 'What do you think, @ann?'),
    sample('As typed', 'A backslash before it: \\*not italic\\*'),
  ],
};

/** GET /help/text: how texts are written, each piece beside what becomes of it. */
export async function showHelp(texts: ITexts, ctx: OperationContext, request: WebRequest, wanted: string): Promise<Outcome> {
  const format = texts.formats.find(({ name }) => name === wanted) ?? texts.formats.find(({ name }) => name === texts.current);
  const samples = SAMPLES[format?.name ?? ''] ?? [];
  const items = samples.map(({ source }) => ({ source, format: format?.name ?? '' }));
  const scope = { resource: undefined, href: (path: string) => request.href(path), hide: (text: string) => text };
  const html = await texts.render(ctx, items, scope);
  return {
    template: 'text-editor/help.njk',
    data: {
      title: 'How texts are written',
      format: format?.label ?? '',
      samples: samples.map(({ title, source, shows = '' }, index) => ({ title, source, shows, html: html[index] ?? '' })),
      others: texts.formats
        .filter(({ name }) => name !== format?.name && SAMPLES[name] !== undefined)
        .map(({ name, label }) => ({ label, href: request.href(`/help/text?format=${encodeURIComponent(name)}`) })),
    },
  };
}
