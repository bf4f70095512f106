import path from 'node:path';
import * as adjuncts from './adjunct/service.ts';
import type { OpenSite } from './cli/extension-points.ts';
import { checkEmpty, checkNames } from './config/check.ts';
import type { Configuration } from './config/configuration.ts';
import { freeSectionsWith } from './config/declared.ts';
import { settingsEditor } from './config/editor.ts';
import { type Generations, IGenerations } from './db/generation.ts';
import type { Database } from './db/types.ts';
import * as jobs from './jobs/index.ts';
import { IEnvironment, ISettings, ISettingsEditor } from './kernel/configuration.ts';
import { firstFindings } from './kernel/diagnoses.ts';
import { checkRules } from './kernel/enablement.ts';
import { type Diagnosis, reasonOf } from './kernel/errors.ts';
import { Kernel } from './kernel/kernel.ts';
import { ILog, type Log } from './kernel/log.ts';
import { type LoadedPlugin, PACKAGE_ROOT } from './kernel/plugin-loader.ts';
import { IDiagnostician, ISiteHealth } from './kernel/registry.ts';
import { dropMisfits } from './probes.ts';
import type { OperationContext } from './security/context.ts';
import { IContexts } from './security/contexts.ts';
import { IPermissionService } from './security/extension-points.ts';
import * as security from './security/index.ts';
import * as siteOptions from './site-options.ts';
import { ISiteOptions } from './site-options.ts';
import * as texts from './text/service.ts';
import * as fields from './ticket/fields.ts';
import * as tickets from './ticket/service.ts';
import * as vocabulary from './ticket/vocabulary.ts';
import { createChrome } from './web/chrome.ts';
import {
  INavigationContributor,
  IPages,
  IRequestFilter,
  IRouteProvider,
  ITemplateProvider,
  IUploadReceiver,
  IViews,
} from './web/extension-points.ts';
import { homeRoute } from './web/home.ts';
import * as menus from './web/menus.ts';
import { pagesOf } from './web/routes.ts';
import { buildServer, type WebServer } from './web/server.ts';
import { createViews, type Views } from './web/views.ts';

/** What a site is made from. The database and its caches outlive a site: a changed trac.ini makes a new site on the same ones. */
export interface SiteParts {
  readonly dir: string;
  readonly configuration: Configuration;
  readonly database: Database;
  readonly generations: Generations;
  readonly plugins: readonly LoadedPlugin[];
  /** Problems found before there was a kernel, e.g. a plugin that cannot be imported. */
  readonly found: readonly Diagnosis[];
  /** What is wrong now and is nobody's component: a trac.ini that was changed for the worse. */
  readonly news: () => readonly Diagnosis[];
  /** What failed after commits, under former configurations too. Default: a list of its own. */
  readonly failures?: security.LateFailures;
  readonly log: Log;
}

/** One configuration of an environment, composed. */
export interface Site extends OpenSite {
  readonly kernel: Kernel;
  readonly views: Views;
  /** Everything found wrong with this configuration. */
  diagnoses(): readonly Diagnosis[];
  web(): Promise<WebServer>;
}

const CORE_MODULES: readonly object[] = [
  siteOptions,
  security.components,
  jobs.components,
  adjuncts,
  texts,
  fields,
  tickets,
  vocabulary,
  menus,
];
const CORE = { plugin: 'core', file: 'core', enabledByDefault: true, required: true } as const;

/** Composes one site: kernel, services, pages. Throws when the core cannot run with this configuration. */
export function composeSite(parts: SiteParts): Site {
  const { dir, configuration, database, generations, log, failures = security.createLateFailures() } = parts;
  const kernel = new Kernel(configuration);
  const contexts = security.createContexts({
    database,
    generations,
    permissions: () => kernel.get(IPermissionService),
    log,
    timeZone: () => kernel.get(ISiteOptions).defaultTimeZone,
    failures,
  });
  kernel.provide(ISettings, configuration);
  const configFile = configuration.file ?? path.join(dir, 'conf', 'trac.ini');
  kernel.provide(IEnvironment, { dir, configFile });
  kernel.provide(
    ISettingsEditor,
    settingsEditor(configFile, () => kernel.options()),
  );
  kernel.provide(ILog, log);
  kernel.provide(IGenerations, generations);
  kernel.provide(IContexts, contexts);
  // A list of this configuration alone: the next one may have mended what failed, or switched it off.
  const left = security.createLateFailures();
  kernel.provide(ISiteHealth, {
    diagnoses: () => [...judged(), ...parts.news(), ...left.diagnoses(), ...failures.diagnoses()],
    report: (failure) => {
      const { component, task, error, about } = failure;
      const told = error instanceof Error ? error.stack : String(error);
      log.error('a component failed and was left out', { ...about, component, task, error: told });
      left.noteComponent(failure);
    },
  });
  let views: Views | undefined;
  const getViews = (): Views => {
    views ??= makeViews(kernel);
    return views;
  };
  kernel.provide(
    IPages,
    pagesOf(() => kernel.all(IRouteProvider)),
  );
  kernel.provide(IViews, { render: (template, data) => getViews().render(template, data) });
  for (const module of CORE_MODULES) kernel.load(CORE, module);
  for (const { source, module } of parts.plugins) kernel.load(source, module);
  kernel.report(...parts.found);
  kernel.start();
  dropMisfits(kernel);
  const judged = judgeOnce(kernel, configuration);
  return {
    settings: configuration,
    contexts,
    kernel,
    get views() {
      return getViews();
    },
    get: (token) => kernel.get(token),
    all: (point) => kernel.all(point),
    diagnoses: judged,
    web: () => makeWeb(kernel, contexts, getViews(), log, path.join(dir, 'files', 'incoming')),
    close: async () => {
      for (const { component, error } of await kernel.dispose())
        log.error('a component did not end well', { component, error: reasonOf(error) });
    },
  };
}

/** What a plugin that is not compiled gives may be anything. */
const isDiagnosis = (given: Partial<Diagnosis> | null | undefined): boolean =>
  typeof given?.message === 'string' && (given.severity === 'error' || given.severity === 'warning');

/** Loading problems, unknown names and what components say, put together once, but for what changes by itself: it is asked for with each page. */
function judgeOnce(kernel: Kernel, configuration: Configuration): () => readonly Diagnosis[] {
  let all: readonly Diagnosis[] | undefined;
  const ask = (one: IDiagnostician): readonly Diagnosis[] => {
    try {
      const found = firstFindings(one.diagnose());
      if (!found.every(isDiagnosis)) throw new Error('diagnose() gave something that is no finding.');
      return found;
    } catch (error) {
      return [{ severity: 'error', message: `${kernel.idOf(one)} could not check the configuration: ${reasonOf(error)}` }];
    }
  };
  let live: readonly IDiagnostician[] = [];
  return () => {
    if (!all) {
      live = kernel.all(IDiagnostician).filter(({ isLive }) => isLive);
      all = [
        ...checkEmpty(configuration),
        ...kernel.diagnoses(),
        ...checkRules(
          configuration,
          kernel.components().map(({ id }) => id),
        ),
        ...checkNames(configuration, kernel.options(), freeSectionsWith(kernel.sections())),
        ...kernel.all(IDiagnostician).flatMap((one) => (one.isLive ? [] : ask(one))),
      ];
    }
    return [...all, ...live.flatMap(ask)];
  };
}

const chromeOf = (kernel: Kernel) =>
  createChrome([
    { common: path.join(PACKAGE_ROOT, 'templates', 'static') },
    ...kernel.all(ITemplateProvider).map((provider) => provider.getStaticDirs?.() ?? {}),
  ]);

function makeViews(kernel: Kernel): Views {
  const options = kernel.get(ISiteOptions);
  const chrome = chromeOf(kernel);
  const dirs = [
    ...kernel.all(ITemplateProvider).flatMap((provider) => [...(provider.getTemplateDirs?.() ?? [])]),
    path.join(PACKAGE_ROOT, 'templates'),
  ];
  return createViews({
    dirs,
    siteName: options.projectName,
    admin: options.projectAdmin,
    staticPath: (file) => chrome.path(file),
    onPanelFailure: ({ source = 'somebody', template }, error) =>
      kernel.get(ISiteHealth).report({ component: source, task: 'could not draw its panel', error, about: { template } }),
  });
}

function makeWeb(kernel: Kernel, contexts: IContexts, views: Views, log: Log, uploadDir: string): Promise<WebServer> {
  const { baseUrl, trustedProxies, secureCookies, defaultTimeZone } = kernel.get(ISiteOptions);
  const [routes, navigation] = [kernel.all(IRouteProvider), kernel.all(INavigationContributor)];
  const plan = kernel.get(menus.IMenus).plan();
  return buildServer({
    baseUrl,
    trustedProxies,
    secureCookies,
    defaultTimeZone,
    routes: kernel.get(IPages).has('/') ? routes : [...routes, homeRoute(navigation, plan)],
    filters: kernel.all(IRequestFilter),
    navigation,
    onMenuFailure: (contributor, error) =>
      kernel.get(ISiteHealth).report({ component: kernel.idOf(contributor), task: 'could not offer its menu entries', error }),
    menus: plan,
    receivers: kernel.all(IUploadReceiver),
    uploadDir,
    views,
    chrome: chromeOf(kernel),
    contexts,
    explainRefusal: (ctx) => lockoutsFor(kernel, ctx),
    findSession: security.sessionFinder(kernel),
    log,
  });
}

/** Why everything is refused, for those who would look after the site if they could. */
function lockoutsFor(kernel: Kernel, ctx: OperationContext): readonly Diagnosis[] {
  if (!kernel.get(IPermissionService).permissionsOf(ctx, ctx.user).has('TRAC_ADMIN')) return [];
  return kernel
    .get(ISiteHealth)
    .diagnoses()
    .filter(({ refusesAll }) => refusesAll);
}
