import { escapeHtml } from 'tracts';

/** One thing that happened. */
export interface FeedEntry {
  /** Stays the same for ever; an address, which feed readers take for one. */
  readonly id: string;
  readonly link: string;
  readonly title: string;
  readonly author: string;
  readonly published: Date;
  readonly updated: Date;
  /** Safe HTML with whole addresses. */
  readonly html: string;
}

/** A feed before it is written in either language. All addresses are whole ones. */
export interface Feed {
  /** Stays the same for ever, however it was got. */
  readonly id: string;
  /** Where it was got from. */
  readonly self: string;
  /** The page that shows the same. */
  readonly link: string;
  readonly title: string;
  readonly updated: Date;
  readonly siteName: string;
  readonly entries: readonly FeedEntry[];
}

/** Both languages, by the word that an address says. */
export type FeedFormat = 'rss' | 'atom';

/** The types that browsers and feed readers know them by. */
export const FEED_TYPES: Readonly<Record<FeedFormat, string>> = { atom: 'application/atom+xml', rss: 'application/rss+xml' };

/** What XML 1.0 cannot hold at all: halves of characters and control characters. */
const UNFIT = /[\p{Cs}\ufffe\uffff]|(?![\t\n\r])\p{Cc}/gu;

/** XML knows the entities that HTML is escaped with. */
const xmlText = (text: string): string => escapeHtml(text.replace(UNFIT, '\ufffd'));

type Attributes = Readonly<Record<string, string>>;

const open = (name: string, attributes: Attributes = {}): string =>
  [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${xmlText(value)}"`)].join(' ');
const element = (name: string, text: string, attributes?: Attributes): string =>
  `<${open(name, attributes)}>${xmlText(text)}</${name}>`;
const empty = (name: string, attributes: Attributes): string => `<${open(name, attributes)}/>`;
const nest = (name: string, children: readonly string[], attributes?: Attributes): string =>
  `<${open(name, attributes)}>\n${children.join('\n')}\n</${name}>`;

const PROLOGUE = '<?xml version="1.0" encoding="utf-8"?>\n';
const isoTime = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

const atomEntry = (entry: FeedEntry): string =>
  nest('entry', [
    element('id', entry.id),
    element('title', entry.title),
    empty('link', { rel: 'alternate', type: 'text/html', href: entry.link }),
    nest('author', [element('name', entry.author)]),
    element('published', isoTime(entry.published)),
    element('updated', isoTime(entry.updated)),
    element('content', entry.html, { type: 'html' }),
  ]);

/** Atom 1.0 (RFC 4287). */
const writeAtom = (feed: Feed): string =>
  nest(
    'feed',
    [
      element('id', feed.id),
      element('title', feed.title),
      element('updated', isoTime(feed.updated)),
      nest('author', [element('name', feed.siteName)]),
      empty('link', { rel: 'self', type: FEED_TYPES.atom, href: feed.self }),
      empty('link', { rel: 'alternate', type: 'text/html', href: feed.link }),
      element('generator', 'Tracts'),
      ...feed.entries.map(atomEntry),
    ],
    { xmlns: 'http://www.w3.org/2005/Atom' },
  );

const rssItem = (entry: FeedEntry): string =>
  nest('item', [
    element('title', entry.title),
    element('link', entry.link),
    element('guid', entry.id, { isPermaLink: String(entry.id === entry.link) }),
    element('dc:creator', entry.author),
    element('pubDate', entry.updated.toUTCString()),
    element('description', entry.html),
  ]);

/** RSS 2.0, with the two elements of others that make it better: who wrote it, and where it is from. */
const writeRss = (feed: Feed): string =>
  nest(
    'rss',
    [
      nest('channel', [
        element('title', feed.title),
        element('link', feed.link),
        element('description', `${feed.title} – ${feed.siteName}`),
        empty('atom:link', { rel: 'self', type: FEED_TYPES.rss, href: feed.self }),
        element('lastBuildDate', feed.updated.toUTCString()),
        element('generator', 'Tracts'),
        ...feed.entries.map(rssItem),
      ]),
    ],
    { version: '2.0', 'xmlns:atom': 'http://www.w3.org/2005/Atom', 'xmlns:dc': 'http://purl.org/dc/elements/1.1/' },
  );

/** The feed as text. */
export const writeFeed = (feed: Feed, format: FeedFormat): string =>
  `${PROLOGUE}${format === 'atom' ? writeAtom(feed) : writeRss(feed)}\n`;
