import { type Field, NotFoundError, type Outcome, type TicketContext, type WebRequest } from 'tracts';
import { numberParameter, parameter } from './address.ts';
import { compareTexts, type TextDiff } from './diff.ts';
import { lastNumber } from './past.ts';
import { headingOf, hider, type Needs, personOf } from './scope.ts';

/** One comparison as a page shows it. */
interface Section {
  readonly label: string;
  readonly diff: TextDiff;
}

/** How differences are drawn: one below the other, or side by side. */
export type DiffStyle = 'inline' | 'sidebyside';
export const styleOf = (request: WebRequest): DiffStyle =>
  parameter(request, 'style') === 'sidebyside' ? 'sidebyside' : 'inline';

/** The same address drawn in both ways. */
export const styleLinks = (path: string, query: Readonly<Record<string, string | number>>, style: DiffStyle) =>
  (['inline', 'sidebyside'] as const).map((name) => ({
    label: name === 'inline' ? 'Inline' : 'Side by side',
    href: `${path}?${new URLSearchParams({ ...Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])), style: name }).toString()}`,
    current: name === style,
  }));

const isText = ({ type, format }: Field, texts: readonly string[]): boolean =>
  type === 'textarea' || (format !== 'list' && texts.some((text) => text.includes('\n') || text.length > 160));

/** What each field held before the first and after the last of some changes. */
async function changedBetween({ tickets }: Needs, ctx: TicketContext, from: number, to: number) {
  const found = new Map<string, { old: string; new: string }>();
  for (const { fields } of await tickets.history(ctx, { numbers: [from + 1, to] }))
    for (const { field, old, new: now, note } of fields) {
      if (note) continue;
      const known = found.get(field);
      if (known) known.new = now;
      else found.set(field, { old, new: now });
    }
  return found;
}

async function sectionsOf(needs: Needs, ctx: TicketContext, from: number, to: number, only: string): Promise<Section[]> {
  const hide = hider(ctx, needs.privacy);
  const fields = new Map((await needs.fields.all(ctx)).map((field) => [field.name, field]));
  const sections: Section[] = [];
  for (const [name, texts] of await changedBetween(needs, ctx, from, to)) {
    const field = fields.get(name);
    if (!field || field.internal || texts.old === texts.new) continue;
    if (only === '' ? !isText(field, [texts.old, texts.new]) : only !== name) continue;
    sections.push({ label: field.label, diff: compareTexts(hide(texts.old), hide(texts.new)) });
  }
  return sections;
}

/** GET /ticket/N?action=diff&version=n: what a change, or several, did to the texts of a ticket. */
export async function showDiff(needs: Needs, ctx: TicketContext, request: WebRequest): Promise<Outcome> {
  const { id } = ctx.ticket;
  const last = await lastNumber(needs, ctx);
  const version = numberParameter(request, 'version', last);
  if (version > last || version < 1) throw new NotFoundError(`Ticket #${id} has no change ${version}; the last one is ${last}.`);
  const old = numberParameter(request, 'old_version', version - 1);
  const [from, to] = [Math.min(old, version), Math.max(old, version)];
  const field = parameter(request, 'field');
  const style = styleOf(request);
  const path = request.href(`/ticket/${id}`);
  const hide = hider(ctx, needs.privacy);
  const [entry] = await needs.tickets.history(ctx, { numbers: [to, to] });
  const address = { action: 'diff', version: to, old_version: from, ...(field === '' ? {} : { field }) };
  return {
    template: 'ticket-history/diff.njk',
    data: {
      title: `Changes to #${id}`,
      heading: await headingOf(needs, ctx, hide),
      id,
      from,
      to,
      made: entry && from === to - 1 ? { by: personOf(ctx, entry.author, hide), time: entry.time } : null,
      sections: await sectionsOf(needs, ctx, from, to, field),
      style,
      styles: styleLinks(path, address, style),
      back: `${path}?action=history`,
      comment: `${path}?comment=${to}#comment:${to}`,
    },
  };
}

/** The revisions that an address asks for; throws where there is none of that number. */
function pairOf(request: WebRequest, last: number, what: string): readonly [number, number] {
  const version = numberParameter(request, 'version', last);
  const old = numberParameter(request, 'old_version', Math.max(0, version - 1));
  const greatest = Math.max(version, old);
  if (greatest > last) throw new NotFoundError(`${what} has no version ${greatest}; the last one is ${last}.`);
  return [Math.min(version, old), greatest];
}

/** GET /ticket/N?action=comment-diff&cnum=m&version=k: what an edit did to a comment. */
export async function showCommentDiff(needs: Needs, ctx: TicketContext, request: WebRequest): Promise<Outcome> {
  const { id } = ctx.ticket;
  const number = numberParameter(request, 'cnum');
  const revisions = await needs.tickets.commentRevisions(ctx, number);
  const [from, to] = pairOf(request, revisions.length - 1, `Comment ${number} of ticket #${id}`);
  const hide = hider(ctx, needs.privacy);
  const revision = revisions[to];
  const style = styleOf(request);
  const path = request.href(`/ticket/${id}`);
  const address = { action: 'comment-diff', cnum: number, version: to, old_version: from };
  return {
    template: 'ticket-history/diff.njk',
    data: {
      title: `Edits of comment ${number} of #${id}`,
      heading: await headingOf(needs, ctx, hide),
      id,
      from,
      to,
      made: revision ? { by: personOf(ctx, revision.author, hide), time: revision.time } : null,
      sections:
        from === to
          ? []
          : [{ label: `Comment ${number}`, diff: compareTexts(hide(revisions[from]?.text ?? ''), hide(revision?.text ?? '')) }],
      style,
      styles: styleLinks(path, address, style),
      back: `${path}?action=comment-history&cnum=${number}`,
      comment: `${path}?comment=${number}#comment:${number}`,
    },
  };
}
