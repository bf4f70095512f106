import { openDatabase } from '../../../core/db/database.ts';

// A process of its own for database.test.ts: node count-up.ts URL DIR TIMES
const [url = '', dir = '', times = '0'] = process.argv.slice(2);
const database = await openDatabase(url, { dir });
let failed = 0;
for (let i = 0; i < Number(times); i += 1)
  await database
    .write(async (db) => {
      const row = await db('counter').first<{ value: number }>('value');
      await db('counter').update({ value: row.value + 1 });
    })
    .catch(() => {
      failed += 1;
    });
await database.close();
console.log(`${Number(times) - failed} done, ${failed} failed`);
