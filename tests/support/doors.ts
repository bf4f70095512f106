import { runCommandLine } from '../../core/cli/run.ts';
import type { Via } from '../../core/security/context.ts';
import type { TestSite } from '../../core/testing/index.ts';
import { enter } from './visitor.ts';

/** What every door can carry: fields, a comment, an action without inputs. */
export interface Sent {
  readonly fields?: Readonly<Record<string, string>>;
  readonly comment?: string;
  readonly action?: string;
}

/** One way to file and change tickets. */
export interface Door {
  readonly name: string;
  readonly via: Via;
  /** Files (`id` undefined) or changes a ticket as `ann`; `said` holds the problems, however the door tells them. */
  send(site: TestSite, id: number | undefined, sent: Sent): Promise<{ readonly ok: boolean; readonly said: string }>;
}

/** Calls the service, as plugins do. */
const service: Door = {
  name: 'the service',
  via: 'api',
  async send(site, id, sent) {
    const { ok, problems } = await site.as('ann').apply(id, sent);
    return { ok, said: problems.map(({ message }) => message).join(' ') };
  },
};

/** Posts the form of the page. */
const web: Door = {
  name: 'the page',
  via: 'web',
  async send(site, id, { fields = {}, comment = '', action }) {
    const controls = Object.entries(fields).map(([name, value]) => [`field_${name}`, value]);
    const form = { ...Object.fromEntries(controls), comment, ...(action ? { action } : {}), submit: 'Submit' };
    const answer = await (await enter(site, 'ann')).post(id === undefined ? '/newticket' : `/ticket/${id}`, form);
    return { ok: answer.statusCode === 303, said: answer.body };
  },
};

/** `tracts ticket apply`, on the same site. */
const commandLine: Door = {
  name: 'the command line',
  via: 'cli',
  async send(site, id, sent) {
    const lines: string[] = [];
    const opened = Object.assign(Object.create(site.site), { close: async () => undefined });
    const launcher = {
      isEnvironment: (dir: string) => dir === './env',
      openEnvironment: async () => opened,
      memorySite: async () => opened,
    };
    const io = {
      out: (line: string) => void lines.push(line),
      err: (line: string) => void lines.push(line),
      readInput: async () => JSON.stringify(sent),
      interactive: false,
      askSecret: async () => '',
      debug: true,
    };
    const argv = ['ticket', 'apply', './env', ...(id === undefined ? [] : [String(id)]), '--user', 'ann'];
    const code = await runCommandLine(argv, launcher as unknown as Parameters<typeof runCommandLine>[1], io);
    return { ok: code === 0, said: lines.join('\n') };
  },
};

/** Every way to file and change tickets there is. */
export const DOORS: readonly Door[] = [service, web, commandLine];
