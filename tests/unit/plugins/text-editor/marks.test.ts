import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
type Edited = (kind: string, format: string, value: string, start: number, end: number) => Edit;

const file = pathToFileURL('templates/static/text-editor-marks.js').href;
const { edited } = (await import(/* @vite-ignore */ file)) as { readonly edited: Edited };

/** Square brackets stand for the selection, a bar for the caret. */
function press(kind: string, format: string, marked: string): string {
  const value = marked.replace(/[⟦⟧|]/g, '');
  const start = marked.includes('|') ? marked.indexOf('|') : marked.indexOf('⟦');
  const end = marked.includes('|') ? start : marked.indexOf('⟧') - 1;
  const edit = edited(kind, format, value, start, end);
  const after = value.slice(0, edit.from) + edit.text + value.slice(edit.to);
  if (edit.start === edit.end) return `${after.slice(0, edit.start)}|${after.slice(edit.start)}`;
  return `${after.slice(0, edit.start)}⟦${after.slice(edit.start, edit.end)}⟧${after.slice(edit.end)}`;
}

test.each([
  ['bold', 'wiki', 'a ⟦word⟧ b', "a '''⟦word⟧''' b"],
  ['bold', 'wiki', "a '''⟦word⟧''' b", 'a ⟦word⟧ b'],
  ['bold', 'wiki', "a ⟦'''word'''⟧ b", 'a ⟦word⟧ b'],
  ['italic', 'wiki', "'''⟦word⟧'''", "'''''⟦word⟧'''''"],
  ['italic', 'wiki', "'''''⟦word⟧'''''", "'''⟦word⟧'''"],
  ['bold', 'wiki', "''⟦word⟧''", "'''''⟦word⟧'''''"],
  ['bold', 'wiki', 'a wo|rd b', "a '''⟦word⟧''' b"],
  ['bold', 'wiki', 'a | b', "a '''|''' b"],
  ['bold', 'wiki', "a '''|''' b", 'a | b'],
  ['bold', 'wiki', 'a ⟦word ⟧b', "a '''⟦word⟧''' b"],
  ['bold', 'markdown', '⟦word⟧', '**⟦word⟧**'],
  ['italic', 'markdown', '**⟦word⟧**', '***⟦word⟧***'],
  ['italic', 'markdown', '*⟦word⟧*', '⟦word⟧'],
  ['bold', 'markdown', '⟦- one\n\n- two⟧', '⟦- **one**\n\n- **two**⟧'],
  ['bold', 'markdown', '⟦- **one**\n\n- **two**⟧', '⟦- one\n\n- two⟧'],
  ['bold', 'markdown', '⟦**one**\ntwo⟧', '⟦**one**\n**two**⟧'],
  ['code', 'wiki', 'run ⟦make⟧', 'run `⟦make⟧`'],
  ['code', 'wiki', 'run `⟦make⟧`', 'run ⟦make⟧'],
  ['code', 'wiki', '⟦a `b` c⟧', '{{{⟦a `b` c⟧}}}'],
  ['code', 'markdown', '⟦a `b` c⟧', '`` ⟦a `b` c⟧ ``'],
  ['code', 'wiki', 'x\n⟦one\ntwo⟧\ny', 'x\n{{{\n⟦one\ntwo⟧\n}}}\ny'],
  ['code', 'wiki', 'x\n{{{\n⟦one\ntwo⟧\n}}}\ny', 'x\n⟦one\ntwo⟧\ny'],
  ['code', 'markdown', '⟦one\ntwo⟧', '```\n⟦one\ntwo⟧\n```'],
  ['list', 'wiki', 'x\n⟦one\ntwo⟧\ny', 'x\n⟦ * one\n * two⟧\ny'],
  ['list', 'wiki', '⟦ * one\n * two⟧', '⟦one\ntwo⟧'],
  ['list', 'markdown', 'on|e', '- one|'],
  ['list', 'markdown', '|', '- |'],
  ['list', 'markdown', '\n|', '\n- |'],
  ['numbered', 'wiki', '⟦one\n\ntwo⟧', '⟦ 1. one\n\n 2. two⟧'],
  ['numbered', 'wiki', '⟦ * one\n * two⟧', '⟦ 1. one\n 2. two⟧'],
  ['list', 'markdown', '⟦1. one\n2. two⟧', '⟦- one\n- two⟧'],
  ['quote', 'markdown', '⟦one\n\ntwo⟧', '⟦> one\n>\n> two⟧'],
  ['quote', 'wiki', '⟦> one\n> two⟧', '⟦one\ntwo⟧'],
  ['heading', 'wiki', 'On|e', '== One| =='],
  ['heading', 'wiki', '== On|e ==', 'One|'],
  ['heading', 'wiki', '|', '== | =='],
  ['heading', 'markdown', '⟦One\nTwo⟧', '⟦## One\n## Two⟧'],
  ['link', 'wiki', '⟦the shop⟧', '[⟦https://⟧ the shop]'],
  ['link', 'markdown', '⟦the shop⟧', '[the shop](⟦https://⟧)'],
  ['link', 'wiki', '⟦https://example.org/a⟧', '[https://example.org/a |]'],
  ['link', 'markdown', '⟦https://example.org/a⟧', '[|](https://example.org/a)'],
  ['ticket', 'wiki', 'see|', 'see #|'],
  ['ticket', 'wiki', 'see ⟦12⟧', 'see #12|'],
  ['ticket', 'wiki', '(|', '(#|'],
])('%s in %s: %j becomes %j', (kind, format, before, after) => {
  expect(press(kind, format, before)).toBe(after);
});

test('whatever is selected, each tool leaves the rest of the text as it was', () => {
  const value = "one '''two''' \n * three\n\n== four ==\n{{{\nfive\n}}}\n";
  for (const kind of ['bold', 'italic', 'code', 'heading', 'link', 'list', 'numbered', 'quote', 'ticket'])
    for (const format of ['wiki', 'markdown', 'unheard-of'])
      for (let start = 0; start <= value.length; start++)
        for (let end = start; end <= value.length; end += 3) {
          const edit = edited(kind, format, value, start, end);
          const length = value.length - (edit.to - edit.from) + edit.text.length;
          expect(edit.from <= edit.to && edit.from >= 0 && edit.to <= value.length).toBe(true);
          expect(edit.start <= edit.end && edit.start >= 0 && edit.end <= length).toBe(true);
        }
});
