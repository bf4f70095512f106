import { component, ILog, ITextFormatProvider, IWikiSyntaxProvider, option, syntaxRules } from 'tracts';
import { wikiFormat } from './format.ts';

/** Trac's defaults: what links to other places may begin with. */
const SAFE_SCHEMES = [...['cvs', 'file', 'ftp', 'git', 'irc', 'http', 'https', 'news', 'sftp', 'smb', 'ssh', 'svn', 'svn+ssh']];

/** Reads Trac's wiki text. */
export const WikiFormat = component({
  doc: 'Reads texts written in Trac wiki syntax.',
  implements: [ITextFormatProvider],
  uses: { syntax: IWikiSyntaxProvider, log: ILog },
  options: {
    safeSchemes: option.list('wiki', 'safe_schemes', SAFE_SCHEMES, 'What the addresses of links may begin with, before ://.'),
  },
  create: ({ syntax, log, options }) => {
    const formats = [wikiFormat({ safeSchemes: options.safeSchemes, rules: syntaxRules(syntax, log) })];
    return { getTextFormats: () => formats };
  },
});
