#!/usr/bin/env node
import closeWithGrace from 'close-with-grace';
import type { Launcher } from './cli/launcher.ts';
import { printable } from './cli/output.ts';
import { runCommandLine } from './cli/run.ts';
import { fillWithDemo } from './demo.ts';
import { createEnvironment, isEnvironment, memorySite, openEnvironment, upgradeEnvironment } from './environment.ts';
import { firstAdminLink } from './first-admin.ts';
import { IConfigurationPresets } from './kernel/configuration.ts';
import { TracError } from './kernel/errors.ts';
import { nearest } from './kernel/nearest.ts';
import { createLog } from './logging.ts';
import { type Service, serveEnvironment } from './serving.ts';
import { describeStray, hearStrays, type Stray } from './stray-errors.ts';

const log = createLog(process.env['TRACTS_LOG'] ?? 'info');

/** Environments whose plugins this process has loaded. */
const dirs = new Set<string>();
let serving: Service | undefined;

/** What nobody caught before there was a service to tell. */
const early: Stray[] = [];
const CLOSING_MS = 15_000;

/** DECISIONS.md 24: the process goes on as long as nothing of ours was broken off halfway. */
function hear(stray: Stray): void {
  if (serving) serving.tellStray(stray);
  else {
    early.push(stray);
    console.error(`tracts: ${printable(process.env['TRACTS_DEBUG'] === '1' ? stray.stack : describeStray(stray))}`);
  }
  if (!stray.isContained) void end();
}

/** Whoever looks after the process starts it anew. */
async function end(): Promise<void> {
  setTimeout(() => process.exit(1), CLOSING_MS).unref();
  await serving?.close().catch(() => undefined);
  process.exit(1);
}

/** The text of a new environment's trac.ini. */
async function newConfiguration(workflow: string, database: string | undefined): Promise<string> {
  const site = await memorySite();
  const providers = site.all(IConfigurationPresets);
  const presets = Object.assign({}, ...providers.toReversed().map((one) => one.getPresets())) as Record<string, string>;
  const additions = providers.flatMap((one) => one.getAdditions?.() ?? []).map((text) => `\n${text}`);
  await site.close();
  const preset = presets[workflow];
  if (preset === undefined) {
    const near = nearest(workflow, Object.keys(presets));
    throw new TracError(
      'WORKFLOW',
      `There is no workflow "${workflow}". ${near ? `Did you mean ${near}? ` : ''}Known: ${Object.keys(presets).join(', ')}.`,
      400,
    );
  }
  const head = '# Options: see trac.ini.example. A change takes effect within two seconds, without a restart.\n[trac]\n';
  return `${head}database = ${database ?? 'sqlite:db/tracts.db'}\n\n[project]\nname = My Project\n\n${preset}${additions.join('')}`;
}

const launcher: Launcher = {
  isEnvironment,
  memorySite,
  openEnvironment: async (dir, options) => {
    dirs.add(dir);
    const { site, database } = await openEnvironment(dir, options);
    const close = site.close;
    return Object.assign(site, {
      close: async () => {
        await close().finally(() => database.close());
      },
    });
  },
  createEnvironment: async (dir, { workflow, database }) =>
    createEnvironment(dir, { ini: await newConfiguration(workflow, database) }),
  upgradeEnvironment: (dir) => upgradeEnvironment(dir),
  serve: async (dir, { host, port, demo, out }) => {
    const isNew = !isEnvironment(dir);
    dirs.add(dir);
    if (isNew) {
      out(`Creating the environment ${dir} ...`);
      await createEnvironment(dir, { ini: await newConfiguration('basic', undefined) });
    }
    if (demo && !isNew)
      throw new TracError('DEMO', `--demo fills a new environment only, and ${dir} exists. Give another folder: --env DIR`, 400);
    const service = await serveEnvironment(dir, { host, port, log });
    serving = service;
    early.forEach(service.tellStray);
    if (demo) await fillWithDemo(service.site, out);
    const link = await firstAdminLink(service.site, service.url);
    out(`Tracts is at ${service.url}`);
    if (link) out(`Nobody has an account yet. Open this link once to become the administrator:\n  ${link}`);
    const closing = closeWithGrace({ delay: CLOSING_MS, skip: ['unhandledRejection', 'uncaughtException'] }, async () =>
      service.close(),
    );
    await new Promise<void>(() => closing);
  },
};

hearStrays(dirs, hear);
process.exitCode = await runCommandLine(process.argv.slice(2), launcher);
