import { escapeHtml, type IWikiMacroProvider, type WikiMacro } from 'tracts';

/** Names of macros that others may read, with their help. */
export const macroList = (providers: Iterable<IWikiMacroProvider>): WikiMacro => ({
  name: 'MacroList',
  help: 'The macros there are: [[MacroList]], [[MacroList(Image)]], [[MacroList(Ticket*)]].',
  render(_ctx, { args }) {
    const wanted = args.trim().toLowerCase();
    const fits = ({ name }: WikiMacro): boolean => {
      const own = name.toLowerCase();
      return wanted === '' || wanted === own || (wanted.endsWith('*') && own.startsWith(wanted.slice(0, -1)));
    };
    const all = [...providers].flatMap((one) => one.getMacros()).filter(fits);
    const drawn = all
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(
        ({ name, help }) =>
          `<h3 id="${escapeHtml(name)}-macro"><code>[[${escapeHtml(name)}]]</code></h3><p>${escapeHtml(help)}</p>`,
      );
    return `<div class="trac-macrolist">${drawn.join('')}</div>`;
  },
});
