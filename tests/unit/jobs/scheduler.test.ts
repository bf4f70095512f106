import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { IJobProvider, type Job } from '../../../core/jobs/extension-points.ts';
import { components, startJobs } from '../../../core/jobs/index.ts';
import { Scheduler } from '../../../core/jobs/scheduler.ts';
import { component } from '../../../core/kernel/component.ts';
import { silentLog } from '../../../core/kernel/log.ts';
import { IOneTimeLinks, ISessionService, IUserService } from '../../../core/security/extension-points.ts';
import { eachDialect } from '../../support/databases.ts';
import { inMemory, type SecurityStage, securityStage } from '../../support/security.ts';

const stages: SecurityStage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage[Symbol.asyncDispose]();
});
const EACH_SECOND = '* * * * * *';
const job = (name: string, run: Job['run'], more: Partial<Job> = {}): Job => ({
  name,
  schedule: EACH_SECOND,
  summary: '',
  run,
  ...more,
});

/** Until just after the next full second, so that every process sees the same seconds pass. */
const nextSecond = () => sleep(1000 - (Date.now() % 1000) + 200);

eachDialect((fresh) => {
  test('each time runs once, however many processes there are', async () => {
    const where = await fresh();
    const runs: string[] = [];
    const schedulers: Scheduler[] = [];
    await nextSecond();
    for (const process of ['a', 'b', 'c']) {
      const stage = await securityStage(where);
      stages.push(stage);
      const scheduler = new Scheduler(stage.contexts, silentLog);
      schedulers.push(scheduler);
      scheduler.start([
        job('each-second', async (ctx) => {
          runs.push(process);
          await ctx.db('version').insert({ name: `${ctx.user.name} ${ctx.via} ${runs.length}` });
        }),
      ]);
    }
    await nextSecond();
    await sleep(2000);
    for (const scheduler of schedulers) await scheduler.stop();
    const stored = await stages[0]?.database.reader('version').pluck('name');
    expect(runs).toHaveLength(3);
    expect(stored).toEqual(['tracts job 1', 'tracts job 2', 'tracts job 3']);
    expect(await stages[0]?.database.reader('job_run').count({ n: '*' }).first()).toEqual({ n: 3 });
    await sleep(1200);
    expect(runs).toHaveLength(3);
  });

  test('notes of runs are kept for a day', async () => {
    const stage = await securityStage(await fresh());
    stages.push(stage);
    await stage.database.write((db) => db('job_run').insert({ key: 'old', time: (Date.now() - 2 * 86_400_000) * 1000 }));
    const scheduler = new Scheduler(stage.contexts, silentLog);
    scheduler.start([job('x', async () => undefined)]);
    await nextSecond();
    await scheduler.stop();
    expect(await stage.database.reader('job_run').where({ key: 'old' }).first()).toBeUndefined();
  });
});

async function schedule(jobs: readonly Job[]) {
  const stage = await securityStage(inMemory);
  stages.push(stage);
  const logged: string[] = [];
  const hear = (message: string, data?: object) => void logged.push(`${message} ${JSON.stringify(data)}`);
  const scheduler = new Scheduler(stage.contexts, { info: hear, warn: hear, error: hear });
  scheduler.start(jobs);
  return { scheduler, logged, stage };
}

test('a job that fails is logged, its transaction undone, and the next time tries again', async () => {
  let tries = 0;
  const { scheduler, logged, stage } = await schedule([
    job('flaky', async (ctx) => {
      tries += 1;
      await ctx.db('version').insert({ name: String(tries) });
      if (tries === 1) throw new Error('not today');
    }),
  ]);
  await nextSecond();
  await sleep(1000);
  await scheduler.stop();
  expect(logged.join()).toContain('not today');
  expect(tries).toBeGreaterThan(1);
  expect(await stage.database.reader('version').pluck('name')).not.toContain('1');
});

test('a run that is still going lets the next time pass, and stopping waits for it', async () => {
  let begun = 0;
  let ended = 0;
  const { scheduler } = await schedule([
    job(
      'slow',
      async (ctx) => {
        expect(ctx.writable).toBe(false);
        begun += 1;
        await sleep(2500);
        ended += 1;
      },
      { mode: 'read' },
    ),
  ]);
  await nextSecond();
  await sleep(1500);
  expect([begun, ended]).toEqual([1, 0]);
  await scheduler.stop();
  expect([begun, ended]).toEqual([1, 1]);
});

test('a schedule that cannot be read, or a name given twice, is refused', async () => {
  const run = async () => undefined;
  await expect(schedule([job('a', run, { schedule: 'soon' })])).rejects.toThrow('"soon" is no schedule');
  await expect(schedule([job('a', run), job('a', run)])).rejects.toThrow('Two jobs are called a');
});

test('the jobs of all components run, and housekeeping deletes what is over', async () => {
  let ran = 0;
  const Counting = component({
    implements: [IJobProvider],
    create: () => ({
      getJobs: () => [
        job('counting', async () => {
          ran += 1;
        }),
      ],
    }),
  });
  const stage = await securityStage(inMemory, { components: { ...components, Counting } });
  stages.push(stage);
  const stop = startJobs({ contexts: stage.contexts, get: stage.get, all: (point) => stage.kernel.all(point) }, silentLog);
  await nextSecond();
  await stop();
  expect(ran).toBeGreaterThan(0);
  const long = new Date('2020-01-01');
  await stage.write(
    'root',
    async (ctx) => {
      await stage.get(IUserService).add(ctx, { name: 'jane' });
      await stage.get(ISessionService).open(ctx, 'jane', '');
      await stage.get(IOneTimeLinks).issue(ctx, { purpose: 'reset', account: 'jane', grants: [] });
      await ctx.db('login_attempt').insert({ key: 'x', failures: 1, last: 1 });
    },
    long,
  );
  const housekeeping = stage.kernel
    .all(IJobProvider)
    .flatMap((one) => one.getJobs())
    .find(({ name }) => name === 'housekeeping');
  await stage.write('root', (ctx) => housekeeping?.run(ctx));
  for (const table of ['session', 'one_time_link', 'login_attempt'])
    expect(await stage.database.reader(table).select(), table).toEqual([]);
});
