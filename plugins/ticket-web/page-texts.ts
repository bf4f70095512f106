import { escapeHtml, type ITexts, type TextItem, type TextScope, type TicketContext } from 'tracts';
import type { FieldView, Viewer } from './field-view.ts';
import { keeper } from './kept-lists.ts';

/** What texts of a ticket are drawn for. */
const scopeOf = ({ ticket }: TicketContext, { href, hide }: Viewer): TextScope => ({
  resource: ticket.id === undefined ? undefined : { realm: 'ticket', id: ticket.id, object: ticket },
  href,
  hide,
});

/** The texts of a page: first all are named, then they are drawn together, so that what they link to is looked up once. */
export interface TextBatch {
  /** Call the answer once everything is drawn. */
  add(source: string, format: string, inline?: boolean): () => string;
  draw(): Promise<void>;
}

/** Collects the texts of one page. */
export function textBatch(texts: ITexts, ctx: TicketContext, viewer: Viewer): TextBatch {
  const items: TextItem[] = [];
  let drawn: readonly string[] = [];
  return {
    add(source, format, inline = false) {
      const index = items.push({ source, format, inline }) - 1;
      return () => drawn[index] ?? '';
    },
    async draw() {
      if (items.length > 0) drawn = await texts.render(ctx, items, scopeOf(ctx, viewer));
    },
  };
}

/** A text in a form or a mail is what people type; a value with a link, an option or a name is not read as one. */
export const isText = (field: FieldView): boolean =>
  !field.plaintext &&
  (field.format === 'wiki' || (field.format === '' && (field.type === 'text' || field.type === 'textarea'))) &&
  field.href === '' &&
  field.options.length === 0 &&
  field.attributes['complete'] === undefined;

/** Letters, digits, blanks and the like, of which no format makes anything. */
const PLAIN_LABEL = /^[\p{L}\p{N} ().,:-]*$/u;

/** The label as HTML where its author marked anything up; `''`: it reads as it is written, or leads somewhere. */
function labelHtml({ label, plaintext }: FieldView, texts: ITexts, ctx: TicketContext, viewer: Viewer): string {
  if (plaintext || PLAIN_LABEL.test(label)) return '';
  const html = texts.renderPlain({ source: label, format: texts.current, inline: true }, scopeOf(ctx, viewer)) ?? '';
  return html === escapeHtml(label) ? '' : html;
}

const keepLabelled = keeper<FieldView, FieldView>();

/** Fields with their labels drawn; most come back as they are. */
export const withLabels = (
  fields: readonly FieldView[],
  texts: ITexts,
  ctx: TicketContext,
  viewer: Viewer,
): readonly FieldView[] =>
  fields.map((field) => {
    const html = labelHtml(field, texts, ctx, viewer);
    return html === '' ? field : keepLabelled(field, html, () => ({ ...field, labelHtml: html }));
  });
