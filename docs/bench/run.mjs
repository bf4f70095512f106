// Measures pages and creates of a built server as ratios to a bare page in the same run. See README.md beside this file.
// Usage: npm run bench [-- --tickets 10000,100000] [-- --seconds 5]
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import Database from 'better-sqlite3';

// Benchmarks of their own.
const APART = { similarity: './similarity/run.mjs', mail: './mail/run.mjs', text: './text.mjs' };
const apart = APART[process.argv[2]];
if (apart) {
  await import(apart);
  process.exit();
}
const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '10000,100000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
  },
});
const SIZES = values.tickets.split(',').map(Number);
const SECONDS = Number(values.seconds);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const main = path.join(here, '../../dist/core/main.js');
const dir = mkdtempSync(path.join(os.tmpdir(), 'tracts-bench-'));
const env = path.join(dir, 'env');
const database = path.join(env, 'db/tracts.db');

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a server and waits for a line of its output. */
function start(args, ready) {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TRACTS_LOG: 'silent' },
  });
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stdout.on('data', (data) => {
      seen += data;
      if (ready.test(seen)) resolve(child);
    });
    child.on('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${seen}`)));
  });
}
const stop = (child) =>
  new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });
const rss = (child) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

async function load(url, options = {}) {
  const result = await autocannon({ url, connections: 8, duration: SECONDS, ...options });
  if (result.non2xx > 0 && !options.redirects) throw new Error(`${url}: ${result.non2xx} answers were no success`);
  if (result.errors > 0) throw new Error(`${url}: ${result.errors} errors`);
  return result.requests.average;
}

/** Takes turns, so that a noisy neighbour hurts all alike; the median of the rounds counts. */
async function compare(subjects) {
  const seen = subjects.map(() => []);
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [index, run] of subjects.entries()) seen[index].push(await run());
  return seen.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]);
}

async function logIn(base, name, password) {
  const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const answer = await fetch(`${base}/login`, { headers: { authorization: basic }, redirect: 'manual' });
  const cookies = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  const token = cookies.find((one) => one.startsWith('trac_form_token='))?.split('=')[1] ?? '';
  return { cookie: cookies.join('; '), token };
}

const CUSTOM_FIELDS = 60;

/** A ticket page with many custom fields against the one measured before without any. */
async function compareFields() {
  const port = await freePort();
  const types = ['text', 'select', 'checkbox', 'textarea', 'time', 'number'];
  const lines = Array.from({ length: CUSTOM_FIELDS }, (_, i) => {
    const type = types[i % types.length];
    return `extra_${i} = ${type}\nextra_${i}.label = Extra ${i}\n${type === 'select' ? `extra_${i}.options = one|two|three\n` : ''}`;
  });
  appendFileSync(path.join(env, 'conf/trac.ini'), `\n[ticket-custom]\n${lines.join('')}`);
  const rich = await start([main, 'serve', env, '--port', String(port)], /Tracts is at/);
  const url = `http://127.0.0.1:${port}/ticket/1`;
  const { cookie } = await logIn(`http://127.0.0.1:${port}`, 'bench', 'correct horse battery');
  const headers = { cookie };
  const bytes = Buffer.byteLength(await (await fetch(url, { headers })).text());
  const [many] = await compare([() => load(url, { headers })]);
  await stop(rich);
  const [none] = rows.filter(({ what }) => what.startsWith('ticket page, logged in')).map((row) => row['per second']);
  say(
    `ticket page, logged in, ${CUSTOM_FIELDS} custom fields (${(bytes / 1024).toFixed(0)} KB), against none`,
    many,
    many / none,
    '>= 0.33',
  );
}

/** Makes a ticket with so many comments, some with changed fields, straight in the tables. */
function addLongTicket(comments) {
  const db = new Database(database);
  const now = Date.now() * 1000;
  const { lastInsertRowid: id } = db
    .prepare(
      "insert into ticket (row_version, time, changetime, type, priority, reporter, status, summary, description) values (?, ?, ?, 'defect', 'major', 'bench', 'new', ?, 'A line.')",
    )
    .run(comments + 1, now, now, `${comments} comments`);
  const change = db.prepare(
    "insert into ticket_change (ticket, number, time, author, via, action, comment) values (?, ?, ?, 'bench', 'web', 'leave', ?)",
  );
  const field = db.prepare(
    "insert into ticket_change_field (change, field, oldvalue, newvalue) values (?, 'priority', 'major', 'minor')",
  );
  db.transaction(() => {
    for (let n = 1; n <= comments; n++) {
      const { lastInsertRowid } = change.run(id, n, now + n, `Comment ${n}. ${'A few words that say something. '.repeat(5)}`);
      if (n % 5 === 0) field.run(lastInsertRowid);
    }
  })();
  db.close();
  return id;
}

/** What a long history costs: a ticket of 1,000 comments must open in under twice the time of one of 10. */
async function compareLengths(base, headers) {
  const [short, long] = [addLongTicket(10), addLongTicket(1_000)];
  const [few, many] = await compare([short, long].map((id) => () => load(`${base}/ticket/${id}`, { headers })));
  say('ticket page, 10 comments', few, 1);
  say('ticket page, 1,000 comments, against 10', many, many / few, '> 0.5');
}

/** Pages of tickets all over the table: what is kept of one does not help the next. The same ones in every run. */
function strewnOver(size) {
  return Array.from({ length: 5_000 }, (_, n) => ({ path: `/ticket/${1 + ((n * 7_919) % size)}` }));
}

const rows = [];
const say = (what, perSecond, ratio, wanted = '') =>
  rows.push({ what, 'per second': Math.round(perSecond), ratio: ratio.toFixed(2), wanted });

try {
  execFileSync(process.execPath, [main, 'init', env], { stdio: 'inherit' });
  execFileSync(process.execPath, [main, 'user', 'add', env, 'bench'], { input: 'correct horse battery\n' });
  for (const size of SIZES) {
    execFileSync(process.execPath, [path.join(here, 'fill.mjs'), database, String(size)], { stdio: 'inherit' });
    const [port, barePort] = [await freePort(), await freePort()];
    const base = `http://127.0.0.1:${port}`;
    const tracts = await start([main, 'serve', env, '--port', String(port)], /Tracts is at/);
    const session = await logIn(base, 'bench', 'correct horse battery');
    const headers = { cookie: session.cookie };
    const id = Math.floor(size / 2);
    await load(base, { headers, requests: strewnOver(size), amount: 10_000 });
    const early = rss(tracts);
    const page = await (await fetch(`${base}/ticket/${id}`, { headers })).text();
    const bare = await start([path.join(here, 'bare.mjs'), database, String(Buffer.byteLength(page)), String(barePort)], /ready/);
    const body = new URLSearchParams({
      __FORM_TOKEN: session.token,
      field_summary: 'bench',
      field_description: 'A line.\nAnother.',
      field_type: 'defect',
      action: 'create',
      submit: 'Create ticket',
    });
    const create = {
      method: 'POST',
      redirects: true,
      body: body.toString(),
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', origin: base },
    };
    const paths = {
      'ticket page, logged in': `/ticket/${id}`,
      'open tickets, 100 rows': '/query',
      'new-ticket page': '/newticket',
    };
    const names = Object.keys(paths);
    const [floor, anonymous, creates, strewn, ...others] = await compare([
      () => load(`http://127.0.0.1:${barePort}/ticket/${id}`),
      () => load(`${base}/ticket/${id}`),
      () => load(`${base}/newticket`, create),
      () => load(base, { headers, requests: strewnOver(size) }),
      ...names.map((name) => () => load(base + paths[name], { headers })),
    ]);
    const of = `(${size.toLocaleString('en')} tickets, ${(page.length / 1024).toFixed(0)} KB)`;
    say(`bare page ${of}`, floor, 1);
    say(`ticket page, anonymous ${of}`, anonymous, anonymous / floor);
    for (const [index, name] of names.entries())
      say(`${name} ${of}`, others[index], others[index] / floor, index === 0 ? '>= 0.5' : '');
    say(`ticket page, logged in, another one each time ${of}`, strewn, strewn / floor);
    say(`create by POST ${of}`, creates, creates / floor, '>= 0.4');
    if (size === SIZES[0]) await compareLengths(base, headers);
    const memory = (what, megabytes, wanted = '') =>
      rows.push({ what: `RSS after ${what} ${of}`, 'per second': '', ratio: `${megabytes.toFixed(0)} MB`, wanted });
    memory('10,000 requests', early, '<= 200 MB');
    memory('all of these', rss(tracts));
    await stop(bare);
    await stop(tracts);
  }
  await compareFields();
  console.table(rows);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
