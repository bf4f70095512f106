import nunjucks from 'nunjucks';
import { TracError } from '../kernel/errors.ts';
import { formatAge, formatDate, formatDateTime } from './dates.ts';
import type { ClockQuestions } from './kept-pages.ts';
import { speedUp, type TemplateEngine } from './template-speed.ts';

/** What the filters and `site` need to know of the page being rendered. */
export interface PageScope {
  readonly timeZone: string;
  readonly now: Date;
  /** Is told what is asked of the clock; default: nobody wants to know. */
  readonly asked?: ClockQuestions;
  /** A path of this site as the browser must ask for it. */
  url(path: string): string;
}

export interface ViewOptions {
  /** Template folders, searched in this order. */
  readonly dirs: readonly string[];
  readonly siteName: string;
  readonly admin?: string;
  /** Address of a static file, content hash included: `common/tracts.css` to `/chrome/common/tracts.css?v=…`. */
  readonly staticPath: (path: string) => string;
  /** For what is rendered outside a page, such as a mail. */
  readonly outside?: PageScope;
  /** Hears of a panel that could not be drawn; the page goes on without it. Default: nobody hears of it. */
  readonly onPanelFailure?: (panel: DrawablePanel, error: unknown) => void;
}

/** A piece of a page that a component gave. */
export interface DrawablePanel {
  readonly template: string;
  /** Draws it from `data` alone. Default: the template is included, with all that the page knows. */
  readonly macro?: string;
  readonly data: unknown;
  /** Where it stands; in `head` there is no room for a sentence about what failed. */
  readonly place?: string;
  /** Id of the component that gave it. */
  readonly source?: string;
}

/** The templates of one configuration: compiled when first used, then kept. */
export interface Views {
  /** Rendering is synchronous: a promise in `data` prints as `[object Promise]`. */
  render(template: string, data: Readonly<Record<string, unknown>>, page?: PageScope): string;
}

const nowhere: PageScope = {
  timeZone: 'UTC',
  get now() {
    return new Date();
  },
  url: (path) => path,
};

/** Prepares the templates of one configuration. */
export function createViews(options: ViewOptions): Views {
  speedUp(nunjucks as unknown as TemplateEngine);
  const loader = new nunjucks.FileSystemLoader([...options.dirs]);
  const environment = new nunjucks.Environment(loader, { autoescape: true, throwOnUndefined: true });
  const outside = options.outside ?? nowhere;
  // Rendering never waits, so one variable is enough to say which page is being rendered.
  let page = outside;
  environment.addGlobal('site', {
    name: options.siteName,
    admin: options.admin ?? '',
    url: (path: string) => page.url(path),
    static: (path: string) => page.url(options.staticPath(path)),
  });
  addFilters(environment, () => page);
  addClock(environment, () => page);
  const callMacro = addMacroCalls(environment, (path) => page.url(path));
  addPanels(environment, callMacro, (panel, error) => {
    // It may be drawn the next time.
    if (page.asked) page.asked.instant = true;
    options.onPanelFailure?.(panel, error);
  });
  return {
    render: (template, data, scope) => {
      const before = page;
      page = scope ?? outside;
      try {
        return environment.render(template, data);
      } catch (error) {
        throw new TracError('TEMPLATE', `The template ${template} failed: ${messageOf(error)}`, 500, false);
      } finally {
        page = before;
      }
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function addFilters(environment: nunjucks.Environment, page: () => PageScope): void {
  const ofTime =
    (name: string, print: (time: Date) => string) =>
    (value: unknown): string => {
      if (value instanceof Date && !Number.isNaN(value.getTime())) return print(value);
      throw new TypeError(`the filter ${name} takes a Date, not ${String(value)}`);
    };
  const filters: Readonly<Record<string, (time: Date) => string>> = {
    date: (time) => formatDate(time, page().timeZone),
    datetime: (time) => formatDateTime(time, page().timeZone),
    iso: (time) => time.toISOString().replace(/\.\d+Z$/, 'Z'),
    age: (time) => {
      const { now, asked } = page();
      const text = formatAge(time, now);
      asked?.ages.push({ time, text });
      return text;
    },
  };
  for (const [name, print] of Object.entries(filters)) environment.addFilter(name, ofTime(name, print));
  environment.addFilter('json', (value: unknown) => JSON.stringify(value) ?? 'null');
}

/** `now` in every template. Not among the data of a page: what is in it was given, but nobody would know that it was looked at. */
function addClock(environment: nunjucks.Environment, page: () => PageScope): void {
  const { globals } = environment as unknown as { readonly globals: object };
  Object.defineProperty(globals, 'now', {
    get: () => {
      const { now, asked } = page();
      if (asked) asked.instant = true;
      return now;
    },
  });
}

/** What a macro made of a frozen argument; addresses in it begin as that of the front page does. */
interface Drawn {
  readonly file: string;
  readonly name: string;
  readonly front: string;
  readonly html: unknown;
}

type Macro = (argument: unknown) => unknown;
type MacroCall = (file: string, name: string, argument: unknown) => unknown;
interface TemplateContext {
  getVariables(): object;
}
interface MacroFile {
  getExported(done: (error: Error | null, macros: Readonly<Record<string, Macro>>) => void): void;
}

/**
 * `call_macro(file, name, argument)`: a macro of a file whose name is data, such as a field type's. Each file is imported
 * once and kept; `{% import %}` inside a loop costs ten times as much. What a macro made of a frozen argument is kept with it:
 * freeze what holds instants only if you make another when their age in words or the page's zone is another.
 */
function addMacroCalls(environment: nunjucks.Environment, url: PageScope['url']): MacroCall {
  const files = new Map<string, Readonly<Record<string, Macro>>>();
  const macrosOf = (file: string): Readonly<Record<string, Macro>> => {
    const known = files.get(file);
    if (known) return known;
    let found: Readonly<Record<string, Macro>> = {};
    const template = environment.getTemplate(file, true) as unknown as MacroFile;
    template.getExported((error, macros) => {
      if (error) throw error;
      found = macros;
    });
    files.set(file, found);
    return found;
  };
  const call = (file: string, name: string, argument: unknown): unknown => {
    const macro = macrosOf(file)[name];
    if (!macro) throw new TypeError(`${file} has no macro ${name}`);
    return macro(argument);
  };
  const drawn = new WeakMap<object, Drawn[]>();
  const callMacro: MacroCall = (file, name, argument) => {
    if (typeof argument !== 'object' || argument === null) return call(file, name, argument);
    const before = drawn.get(argument);
    if (!before && !Object.isFrozen(argument)) return call(file, name, argument);
    const front = url('/');
    const found = before?.find((one) => one.name === name && one.file === file && one.front === front);
    if (found) return found.html;
    const html = call(file, name, argument);
    drawn.set(argument, [...(before ?? []), { file, name, front, html }]);
    return html;
  };
  environment.addGlobal('call_macro', callMacro);
  return callMacro;
}

const FAILED_PANEL = '<p class="muted">This part of the page failed. An administrator sees on the About page what is wrong.</p>';

/** `draw_panel(panel)`: one that fails leaves a sentence in its place, so that the page stands. */
function addPanels(
  environment: nunjucks.Environment,
  callMacro: MacroCall,
  failed: (panel: DrawablePanel, error: unknown) => void,
): void {
  const draw = (panel: DrawablePanel, page: TemplateContext): unknown => {
    const { template, macro, data } = panel;
    if (macro !== undefined) return callMacro(template, macro, data);
    return new nunjucks.runtime.SafeString(environment.render(template, { ...page.getVariables(), panel }));
  };
  environment.addGlobal('draw_panel', function drawPanel(this: TemplateContext, panel: DrawablePanel): unknown {
    try {
      return draw(panel, this);
    } catch (error) {
      failed(panel, error);
      return new nunjucks.runtime.SafeString(panel.place === 'head' ? '' : FAILED_PANEL);
    }
  });
}
