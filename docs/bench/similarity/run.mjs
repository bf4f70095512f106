// Measures how often, and how fast, the original of a reworded duplicate is offered. README.md beside this file.
// Usage: npm run build && npm run bench -- similarity [--tickets 100000] [--pairs 1200] [--on sqlite,postgres] [--half evaluation]
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';
import { makeCorpus } from './corpus.mjs';

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    tickets: { type: 'string', default: '100000' },
    pairs: { type: 'string', default: '1200' },
    on: { type: 'string', default: 'sqlite,postgres' },
    half: { type: 'string', default: 'evaluation' },
  },
});
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../..');
process.chdir(root);
const built = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const { memorySite } = await built('core/environment.js');
const { ITicketService, ITicketSimilarityDetector } = await built('core/index.js');
const { IAddressPrivacy } = await built('plugins/addresses/api.js');
const { bringUpToDate } = await built('plugins/similarity/upkeep.js');
const { offerSimilar } = await built('plugins/similarity/offers.js');

const OPERATOR = { user: { name: 'tracts', authenticated: true }, via: 'cli' };
const PERSON = { user: { name: 'ann', authenticated: true }, via: 'web' };
const GRANTS = { authenticated: ['TICKET_CREATE', 'TICKET_VIEW'] };
const LIMITS = { offered: 5, patience: 60_000 };

/** The server of the tests, or the one in TEST_DATABASE_URL. Its fsync is off, which matters to writing alone. */
async function startPostgres() {
  const { default: setup } = await tsImport('../../../tests/support/postgres.ts', import.meta.url);
  let server = '';
  const stop = await setup({ provide: (_name, url) => (server = url) });
  const run = async (sql) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = async () => {
    await run(`drop database ${name} with (force)`);
    await stop?.();
  };
  return { url: url.href, drop };
}

/** Straight into the table: a fixture, not a door. The index is then made as on a site that is upgraded. */
async function fill(site, tickets) {
  for (let start = 0; start < tickets.length; start += 2_000)
    await site.contexts.write(OPERATOR, async ({ db }) => {
      for (let at = start; at < Math.min(start + 2_000, tickets.length); at += 100)
        await db('ticket').insert(
          tickets.slice(at, at + 100).map(({ id, summary, description }) => ({
            id,
            summary,
            description: description || null,
            row_version: 1,
            status: 'new',
            type: 'defect',
            priority: 'major',
            reporter: 'ben',
            time: id,
            changetime: id,
          })),
        );
    });
  const start = performance.now();
  await bringUpToDate(site.contexts);
  return (performance.now() - start) / tickets.length;
}

const percentile = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const percent = (some, all) => `${((100 * some) / Math.max(1, all)).toFixed(1)} %`;

async function measure(site, drafts, textOf) {
  const needs = {
    detector: site.get(ITicketSimilarityDetector),
    tickets: site.get(ITicketService),
    privacy: site.get(IAddressPrivacy),
  };
  const answers = [];
  for (const draft of drafts) {
    const typed = textOf(draft);
    const start = performance.now();
    const offers = await site.contexts.read(PERSON, (ctx) => offerSimilar(needs, ctx, { ...typed, values: typed }, LIMITS));
    answers.push({
      draft,
      time: performance.now() - start,
      offers: offers.length,
      rank: offers.findIndex(({ id }) => id === draft.duplicateOf),
    });
  }
  return answers;
}

const isOffered = ({ rank }) => rank >= 0;
const WAYS = {
  'summary alone': ({ summary }) => ({ summary, description: '' }),
  'summary and description': ({ summary, description }) => ({ summary, description }),
};

const corpus = makeCorpus({ count: Number(values.tickets), pairs: Number(values.pairs) });
const wanted = values.half === 'tuning' ? 0 : 1;
const drafts = corpus.drafts.filter((_draft, index) => index % 2 === wanted);
const rows = [];
const byRewording = [];

async function bench(name, url, dir) {
  const site = await memorySite({ grants: GRANTS }, { database: { url, dir } });
  try {
    const perTicket = await fill(site, corpus.tickets);
    if (name === 'postgres') await site.contexts.write(OPERATOR, ({ db }) => db.raw('analyze'));
    for (const [way, textOf] of Object.entries(WAYS)) {
      const answers = await measure(site, drafts, textOf);
      const times = answers.map(({ time }) => time);
      rows.push({
        database: name,
        typed: way,
        'recall at 1': percent(answers.filter(({ rank }) => rank === 0).length, answers.length),
        'recall at 5': percent(answers.filter(isOffered).length, answers.length),
        'ms p50': percentile(times, 0.5).toFixed(0),
        'ms p95': percentile(times, 0.95).toFixed(0),
        'ms max': percentile(times, 1).toFixed(0),
        'ms first': times[0].toFixed(0),
        'over 300 ms': times.filter((time) => time > 300).length,
        'ms to index one': perTicket.toFixed(2),
      });
      const groups = new Map();
      for (const answer of answers) {
        const things = Math.min(4, answer.draft.changed);
        const group = `${things === 4 ? '4 or more' : things} said otherwise`;
        groups.set(group, [...(groups.get(group) ?? []), answer]);
      }
      for (const [group, some] of [...groups].sort())
        byRewording.push({
          database: name,
          typed: way,
          group,
          drafts: some.length,
          'recall at 5': percent(some.filter(isOffered).length, some.length),
        });
    }
    const alone = await measure(site, corpus.alone, WAYS['summary and description']);
    rows.push({
      database: name,
      typed: 'duplicates of nothing',
      'recall at 5': `offered ${(alone.reduce((sum, { offers }) => sum + offers, 0) / alone.length).toFixed(1)} each`,
    });
  } finally {
    await site.close();
  }
}

console.log(
  `${corpus.tickets.length} tickets, ${drafts.length} duplicates of the ${values.half} half, ${corpus.alone.length} drafts that duplicate nothing`,
);
for (const name of values.on.split(',')) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tracts-similarity-'));
  const server = name === 'postgres' ? await startPostgres() : { url: 'sqlite:db/tracts.db', drop: async () => undefined };
  try {
    await bench(name, server.url, dir);
  } finally {
    await server.drop();
    rmSync(dir, { recursive: true, force: true });
  }
}
console.table(rows);
console.table(byRewording);
