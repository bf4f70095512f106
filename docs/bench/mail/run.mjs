// Measures how much a busy mail worker slows the ticket page: the same page with an empty queue and with 10,000 mails waiting, in
// turn. Usage: npm run bench -- mail [--mails 10000] [--seconds 4] [--rounds 5]. TRACTS_MAIN: another build than dist.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import Database from 'better-sqlite3';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    mails: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
  },
});
const [MAILS, SECONDS, ROUNDS] = [values.mails, values.seconds, values.rounds].map(Number);
const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const main = process.env.TRACTS_MAIN ?? path.join(here, '../../../dist/core/main.js');
const dir = mkdtempSync(path.join(os.tmpdir(), 'tracts-bench-mail-'));
const env = path.join(dir, 'env');
const file = path.join(env, 'db/tracts.db');

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a program and waits for a line of its output. */
async function start(args, ready) {
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TRACTS_LOG: 'silent' },
  });
  const lines = createInterface({ input: child.stdout });
  await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
    lines.on('line', (line) => ready.test(line) && resolve());
  });
  child.removeAllListeners('exit');
  return { child, lines };
}
const stop = ({ child }) =>
  new Promise((resolve) => {
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });

/** A ticket with some history, and so many mails on its changes as the worker would have left them. */
function openTables() {
  const db = new Database(file);
  db.pragma('busy_timeout = 20000');
  const put = db.prepare(
    "insert into outbox (channel, state, next, attempt, created, payload) values ('mail', 'waiting', ?, 0, ?, ?)",
  );
  return {
    close: () => db.close(),
    empty: () => db.prepare('delete from outbox').run(),
    waiting: () => db.prepare("select count(*) n from outbox where state = 'waiting'").get().n,
    dead: () => db.prepare("select count(*) n from outbox where state = 'dead'").get().n,
    fill: db.transaction((count) => {
      const now = Date.now() * 1000;
      for (let n = 0; n < count; n++) {
        const event = { category: 'changed', ticket: 1, number: (n % 10) + 1, time: Date.now(), author: 'bench', mentioned: [] };
        const payload = { address: `n${n}@example.net`, rule: 'CarbonCopySubscriber', cc: [], micros: now + n, events: [event] };
        put.run(now, now, JSON.stringify(payload));
      }
    }),
    addTicket: db.transaction(() => {
      const now = Date.now() * 1000;
      const text = 'A few words that say something. '.repeat(5);
      db.prepare(
        "insert into ticket (row_version, time, changetime, type, priority, reporter, status, summary, description) values (11, ?, ?, 'defect', 'major', 'bench', 'new', 'Slow mails', ?)",
      ).run(now, now, text);
      const change = db.prepare(
        "insert into ticket_change (ticket, number, time, author, via, action, comment) values (1, ?, ?, 'bench', 'web', 'leave', ?)",
      );
      for (let n = 1; n <= 10; n++) change.run(n, now + n, `Comment ${n}. ${text}`);
    }),
  };
}

/** Milliseconds of processor time that a process has had. */
const cpuOf = ({ child }) => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

async function measure(url, connections, server) {
  const before = cpuOf(server);
  const { latency, requests, errors, non2xx } = await autocannon({ url, connections, duration: SECONDS });
  if (errors + non2xx > 0) throw new Error(`${url}: ${errors} errors, ${non2xx} answers that were no page`);
  return { mean: (connections * 1000) / requests.average, p97: latency.p97_5, cpu: (cpuOf(server) - before) / requests.total };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const running = [];
try {
  execFileSync(process.execPath, [main, 'init', env], { stdio: 'inherit' });
  const [port, mailPort] = [await freePort(), await freePort()];
  const options = `smtp_enabled = yes\nsmtp_server = 127.0.0.1\nsmtp_port = ${mailPort}\nsmtp_from = t@example.org\n`;
  appendFileSync(path.join(env, 'conf/trac.ini'), `\n[notification]\n${options}`);
  const tables = openTables();
  tables.addTicket();
  const sink = await start([path.join(here, 'sink.mjs'), String(mailPort)], /ready/);
  running.push(sink);
  const taken = () =>
    new Promise((resolve) => {
      sink.lines.once('line', (line) => resolve(Number(line)));
      sink.child.stdin.write('\n');
    });
  const server = await start([main, 'serve', env, '--port', String(port)], /Tracts is at/);
  running.push(server);
  const url = `http://127.0.0.1:${port}/ticket/1`;
  await measure(url, 4, server);
  const rows = [];
  for (const connections of [1, 8]) {
    const seen = { idle: [], busy: [], mails: [] };
    for (let round = 0; round < ROUNDS; round++) {
      tables.empty();
      await sleep(500);
      seen.idle.push(await measure(url, connections, server));
      tables.fill(MAILS);
      await sleep(2500); // until the worker has seen them
      const before = await taken();
      seen.busy.push(await measure(url, connections, server));
      seen.mails.push(((await taken()) - before) / SECONDS);
      if (tables.waiting() === 0 || tables.dead() > 0) throw new Error('the queue ran empty, or mails could not be sent');
    }
    // Of turns one after the other: what else the machine does hurts both.
    const ratio = (what) => median(seen.busy.map((one, round) => one[what] / seen.idle[round][what]));
    rows.push({
      connections,
      'idle, ms a page': median(seen.idle.map(({ mean }) => mean)).toFixed(2),
      'busy, ms a page': median(seen.busy.map(({ mean }) => mean)).toFixed(2),
      'ratio of means': ratio('mean').toFixed(2),
      'ratio of p97.5': ratio('p97').toFixed(2),
      'ratio of processor time a page': ratio('cpu').toFixed(2),
      'mails a second meanwhile': Math.round(median(seen.mails)),
      wanted: '<= 1.3',
    });
  }
  tables.fill(MAILS);
  await sleep(2500);
  const before = await taken();
  await sleep(SECONDS * 1000);
  console.table(rows);
  console.log(`Nobody asking for pages: ${Math.round(((await taken()) - before) / SECONDS)} mails a second.`);
  tables.empty();
  tables.close();
} finally {
  for (const one of running.reverse()) await stop(one);
  rmSync(dir, { recursive: true, force: true });
}
