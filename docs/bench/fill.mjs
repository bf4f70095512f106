// Fills the SQLite database of an environment with tickets, straight into the tables: a fixture, not a door.
// Usage: node fill.mjs DATABASE COUNT
import Database from 'better-sqlite3';

const [file, wanted] = process.argv.slice(2);
const db = new Database(file);
const WORDS =
  'basket search login mail index cache crash slow wrong empty page list order price image upload export report user group'.split(
    ' ',
  );
const STATUSES = ['new', 'assigned', 'accepted', 'closed', 'closed', 'closed', 'reopened'];
const PRIORITIES = ['blocker', 'critical', 'major', 'major', 'minor', 'trivial'];
// A fixed sequence, so that every run measures the same tickets.
let seed = 42;
const random = (n) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * n);
};
const pick = (list) => list[random(list.length)];
const sentence = (n) => Array.from({ length: n }, () => pick(WORDS)).join(' ');

const ticket =
  db.prepare(`insert into ticket (row_version, time, changetime, type, component, priority, owner, reporter, milestone, version, status,
  resolution, cc, summary, description, keywords) values (8, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
const change = db.prepare(
  `insert into ticket_change (ticket, number, time, author, via, action, comment) values (?, ?, ?, ?, 'web', 'leave', ?)`,
);
const field = db.prepare('insert into ticket_change_field (change, field, oldvalue, newvalue) values (?, ?, ?, ?)');
const start = Date.UTC(2020, 0, 1) * 1000;

const have = db.prepare('select count(*) n from ticket').get().n;
db.pragma('synchronous = off');
const fill = db.transaction((from, to) => {
  for (let i = from; i < to; i++) {
    const time = start + i * 60_000_000;
    const status = pick(STATUSES);
    const { lastInsertRowid: id } = ticket.run(
      time,
      time + 7_000_000,
      pick(['defect', 'enhancement', 'task']),
      pick(['component1', 'component2']),
      pick(PRIORITIES),
      `user${random(30)}`,
      `user${random(30)}`,
      pick(['milestone1', 'milestone2', '']) || null,
      null,
      status,
      status === 'closed' ? 'fixed' : null,
      null,
      sentence(6),
      sentence(60),
      sentence(2),
    );
    for (let n = 1; n <= 7; n++) {
      const { lastInsertRowid } = change.run(id, n, time + n * 1_000_000, `user${random(30)}`, sentence(25));
      field.run(lastInsertRowid, 'priority', pick(PRIORITIES), pick(PRIORITIES));
    }
  }
});
for (let from = have; from < Number(wanted); from += 10_000) {
  fill(from, Math.min(from + 10_000, Number(wanted)));
  process.stderr.write(`\r${Math.min(from + 10_000, Number(wanted))} tickets`);
}
process.stderr.write('\n');
db.exec('analyze');
