// The bare limit: Fastify, better-sqlite3 without knex, two statements, stock nunjucks, a page of the size that it is told.
// Usage: node bare.mjs DATABASE BYTES PORT. Prints "ready" once it listens.
import Database from 'better-sqlite3';
import fastify from 'fastify';
import nunjucks from 'nunjucks';

const [file, bytes, port] = process.argv.slice(2);
const db = new Database(file, { readonly: true });
const ticket = db.prepare('select * from ticket where id = ?');
const changes = db.prepare(
  'select c.*, f.field, f.oldvalue, f.newvalue from ticket_change c left join ticket_change_field f on f.change = c.id where ticket = ? order by number',
);
const page = `<!doctype html><html><head><title>{{ ticket.summary }}</title></head><body><h1>{{ ticket.summary }}</h1><dl>
{% for name, value in ticket %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
{% for change in changes %}<section><h2>{{ change.number }} {{ change.author }} {{ change.time }}</h2>
<p>{{ change.field }} {{ change.oldvalue }} {{ change.newvalue }}</p><p>{{ change.comment }}</p></section>{% endfor %}<p>{{ filler }}</p></body></html>`;
const template = new nunjucks.Template(page, new nunjucks.Environment(null, { autoescape: true }), 'page', true);
const show = (id, filler) => template.render({ ticket: ticket.get(id), changes: changes.all(id), filler });
const filler = 'x'.repeat(Math.max(0, Number(bytes) - Buffer.byteLength(show(1, ''))));

const app = fastify();
app.get('/ticket/:id', (request, reply) => reply.type('text/html').send(show(Number(request.params.id), filler)));
await app.listen({ port: Number(port), host: '127.0.0.1' });
console.log('ready');
