import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll } from 'vitest';

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A program to try, with what it needs from its surroundings. */
interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Unpacks npm's Chromium with its libraries and fonts; in a process of its own, which is told where by TMPDIR. */
async function unpackInto(dir: string): Promise<void> {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  // So named a machine, the package unpacks its libraries too.
  const env = { ...process.env, TMPDIR: dir, CODEBUILD_BUILD_IMAGE: 'nodejs20', AWS_EXECUTION_ENV: '', VERCEL: '' };
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
}

/** The folder of the unpacked browser. Test files run at the same time: each unpacks aside, and the first to be done counts. */
async function unpackedBrowser(): Promise<string> {
  const manifest = createRequire(import.meta.url)
    .resolve('@sparticuz/chromium')
    .replace(/build\/.*$/, 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const cache = join(process.cwd(), 'node_modules', '.cache', 'tracts-tests');
  const dir = join(cache, `chromium-${version}`);
  if (existsSync(dir)) return dir;
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, 'unpacking-'));
  try {
    await unpackInto(aside);
    const fonts = `<fontconfig><dir>${dir}/fonts</dir><cachedir>${dir}/fonts-cache</cachedir></fontconfig>`;
    writeFileSync(join(aside, 'fonts.conf'), fonts);
    renameSync(aside, dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return dir;
}

/** The package's browser: first with the system's libraries, then with those that it brings. */
async function packagedPrograms(): Promise<Program[]> {
  const dir = await unpackedBrowser();
  const fonts: Record<string, string> = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: join(dir, 'fonts.conf') };
  const path = join(dir, 'chromium');
  return [
    { path, env: fonts },
    { path, env: { ...fonts, LD_LIBRARY_PATH: join(dir, 'al2023', 'lib') } },
  ];
}

async function launch(failures: string[], { path, env }: Program): Promise<Browser | undefined> {
  try {
    const home = { HOME: process.env['HOME'] ?? tmpdir(), PATH: process.env['PATH'] ?? '' };
    return await chromium.launch({ executablePath: path, args: FLAGS, env: { ...home, ...env } });
  } catch (error) {
    failures.push(`${path}: ${error instanceof Error ? error.message.slice(0, 2_000) : String(error)}`);
    return undefined;
  }
}

/** Starts a browser: CHROME_PATH, else npm's, else the system's. Throws where none starts: no browser test is skipped. */
async function startBrowser(): Promise<Browser> {
  const failures: string[] = [];
  const sources: readonly (() => Promise<readonly Program[]>)[] = [
    async () => [process.env['CHROME_PATH']].filter((path) => path !== undefined).map((path) => ({ path, env: {} })),
    packagedPrograms,
    async () => ['/usr/bin/chromium', '/usr/bin/google-chrome'].filter(existsSync).map((path) => ({ path, env: {} })),
  ];
  for (const programs of sources) {
    const found = await programs().catch((error: unknown) => {
      failures.push(String(error));
      return [];
    });
    for (const program of found) {
      const browser = await launch(failures, program);
      if (browser) return browser;
    }
  }
  throw new Error(
    `The browser tests found no browser that starts. Run npm ci, or set CHROME_PATH to a Chromium.\n${failures.join('\n\n')}`,
  );
}

/** What a page did that ours must never do, one line each: script errors, refused content, requests to other hosts. */
function watchFaults(page: Page, origin: string, faults: string[]): void {
  page.on('console', (message) => {
    // A page that answers with 4xx draws this message too; other files that do are caught below.
    if (message.text().startsWith('Failed to load resource')) return;
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`request to ${url}`);
  });
  page.on('response', (response) => {
    const type = response.request().resourceType();
    if (response.status() >= 400 && type !== 'document') faults.push(`${response.status()} for ${response.url()}`);
  });
}

/** One person's window. Disposing of it throws when a page did what ours never do. */
export interface Window extends AsyncDisposable {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Opens windows of one browser, which starts at the first and ends with the test file. */
export interface Windows {
  /** A window of its own, with no cookies yet; `url` is the site's. */
  open(url: string, options?: BrowserContextOptions): Promise<Window>;
}

/** The windows of a test file; call it once, at the top. */
export function useWindows(): Windows {
  let browser: Promise<Browser> | undefined;
  afterAll(async () => {
    await (await browser?.catch(() => undefined))?.close();
  });
  return {
    open: async (url, options = {}) => {
      browser ??= startBrowser();
      const context = await (await browser).newContext({ baseURL: url, locale: 'en-GB', timezoneId: 'UTC', ...options });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      const faults: string[] = [];
      watchFaults(page, new URL(url).origin, faults);
      return {
        page,
        faults,
        [Symbol.asyncDispose]: async () => {
          await context.close();
          if (faults.length > 0) throw new Error(`The pages did what they must not:\n${faults.join('\n')}`);
        },
      };
    },
  };
}
