/** What an address in a text may begin with; anything else is no link. Relative addresses are allowed. */
export const SAFE_SCHEMES: ReadonlySet<string> = new Set([
  'http',
  'https',
  'mailto',
  'ftp',
  'ftps',
  'sftp',
  'ssh',
  'git',
  'svn',
  'svn+ssh',
  'cvs',
  'irc',
  'ircs',
  'news',
  'nntp',
  'tel',
  'xmpp',
]);

/** Browsers drop these wherever they stand in a scheme. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that browsers skip
const SKIPPED = /[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const IMAGE_DATA = /^data:image\/(?:png|gif|jpeg|webp|avif);base64,[A-Za-z0-9+/=]*$/i;

/** What most links lead to. */
const PLAIN_PATH = /^\/[\w/?#=&%.~-]*$/;

/** True for an address that may stand in a link: without a scheme, or with one of `SAFE_SCHEMES`. */
export function isSafeHref(address: string): boolean {
  if (PLAIN_PATH.test(address)) return true;
  const bare = address.replace(SKIPPED, '');
  const scheme = SCHEME.exec(bare)?.[1];
  if (scheme !== undefined) return SAFE_SCHEMES.has(scheme.toLowerCase());
  const colon = bare.indexOf(':');
  return colon < 0 || /[/?#]/.test(bare.slice(0, colon));
}

/** True for the address of a picture that is fetched from nowhere else: a path of this site, or data in a pixel format. */
export function isOwnImage(address: string): boolean {
  const bare = address.replace(SKIPPED, '');
  return IMAGE_DATA.test(bare) || /^\/(?![/\\])/.test(bare);
}

/** What pages call their own parts; a text that took such a name would draw their scripts and links to itself. */
const PAGE_IDS =
  /^(?:main|content|comment(?:[-_:].*)?|problems?(?:-.*)?|preview|propertyform|actions?(?:_.*)?|author|list|people|grants|collision|choices|quick-search|one-time-link|default-form|about-you|(?:field|help|hint|offered|filter|tickets|attach|live)-.*|.*-heading)$/;

/** The id if a text may bear it, else undefined. */
export const safeId = (id: string): string | undefined =>
  /^[\p{L}_][\p{L}\p{N}_.:-]{0,99}$/u.test(id) && !PAGE_IDS.test(id) ? id : undefined;

/** Classes that scripts, notices and places outside the flow of a page go by. */
const PAGE_CLASSES =
  /^(?:js-|tracts|skip-link|visually-hidden|notice|banner|flash|problem|warning-box|button|field|entry|timeline|dialog|menu|nav|toolbar|panel|completion|similar|live|preview|collision|text-)/;

/** Those of the classes that a text may use; empty: none. */
export const safeClasses = (classes: string): string =>
  classes
    .split(/\s+/, 50)
    .filter((one) => /^[A-Za-z][\w-]{0,60}$/.test(one) && !PAGE_CLASSES.test(one))
    .join(' ');

const PROPERTIES =
  /^(?:background(?:-color)?|border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width|radius))?|border-(?:collapse|spacing|radius)|caption-side|clear|color|direction|display|float|font(?:-(?:family|size|style|variant|weight))?|(?:max-|min-)?(?:height|width)|letter-spacing|line-height|list-style(?:-(?:position|type))?|margin(?:-(?:top|right|bottom|left))?|overflow|padding(?:-(?:top|right|bottom|left))?|text-(?:align|decoration|indent|transform)|unicode-bidi|vertical-align|white-space|word-(?:break|spacing|wrap))$/;
/** Words, numbers, colours. No backslash, comment, string or address can be written with these. */
const VALUE = /^(?:[\w\s.,%#!+-]|(?:rgb|rgba|hsl|hsla)\([\d\s.,%/]*\))+$/i;

const isSafeStyle = (property: string, value: string): boolean => {
  if (!PROPERTIES.test(property) || value === '' || value.length > 100 || !VALUE.test(value)) return false;
  return !/^(?:margin|text-indent|letter-spacing|word-spacing)/.test(property) || !/-[\d.]/.test(value);
};

/** Those of the declarations that a text may use: no positions, no addresses, no negative margins. Empty: none. */
export const safeStyle = (style: string): string =>
  style
    .split(';', 40)
    .map((one) => {
      const colon = one.indexOf(':');
      return [one.slice(0, Math.max(colon, 0)).trim().toLowerCase(), one.slice(colon + 1).trim()] as const;
    })
    .filter(([property, value]) => isSafeStyle(property, value))
    .map(([property, value]) => `${property}: ${value}`)
    .join('; ');
