import type { IPages, OperationContext } from 'tracts';

/** What is written on a page: texts of a ticket, or one of its comments anew. */
export interface Edited {
  /** undefined: a ticket that is being filed. */
  readonly ticket: number | undefined;
  /** The comment that is edited. */
  readonly comment?: number;
  /** What the text is written in. */
  readonly format: string;
}

/** What the page's script goes by; `''` for what this person is not offered. */
export interface EditorSettings {
  readonly format: string;
  /** Number of the ticket, `''` for a new one. */
  readonly id: string;
  /** Names the text among the unsent ones of this person. */
  readonly place: string;
  /** `''`: a stranger, whose unsent text is kept no longer than his window. */
  readonly user: string;
  readonly root: string;
  readonly render: string;
  readonly help: string;
  readonly people: string;
  readonly tickets: string;
  /** The cookie that names texts which are stored now. */
  readonly sentCookie: string;
}

/** Tells the next page which text was stored: only then is the copy in the browser given up. */
export const SENT_COOKIE = 'trac_text_sent';
/** The control that a form says it in. */
export const DRAFT_CONTROL = 'text_draft';

function placeOf({ ticket, comment }: Edited): string {
  if (ticket === undefined) return 'newticket';
  return comment === undefined ? `ticket:${ticket}` : `ticket:${ticket}:comment:${comment}`;
}

/** Settings for whoever writes on this page. */
export function editorSettings(
  ctx: OperationContext,
  edited: Edited,
  href: (path: string) => string,
  pages: IPages,
): EditorSettings {
  const { authenticated, name } = ctx.user;
  const knowsPeople = authenticated && ctx.can('TICKET_MODIFY', { realm: 'ticket' });
  return {
    format: edited.format,
    id: edited.ticket === undefined ? '' : String(edited.ticket),
    place: placeOf(edited),
    user: authenticated ? name : '',
    root: href('/'),
    render: pages.has('/wiki_render', 'POST') ? href('/wiki_render') : '',
    help: pages.has('/help/text') ? href(`/help/text?format=${encodeURIComponent(edited.format)}`) : '',
    people: knowsPeople && pages.has('/complete/user') ? href('/complete/user') : '',
    tickets: pages.has('/complete/ticket') && ctx.can('TICKET_VIEW') ? href('/complete/ticket') : '',
    sentCookie: SENT_COOKIE,
  };
}
