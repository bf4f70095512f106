import { IAdjunctService } from './adjunct/types.ts';
import { IGrants, IUserService } from './security/extension-points.ts';
import type { Site } from './site.ts';
import { ITicketService } from './ticket/extension-points.ts';
import type { Submission } from './ticket/types.ts';

const SETUP = { user: { name: 'tracts', authenticated: true }, via: 'cli' } as const;
const DAY = 86_400_000;

/** People of the demo. They have no password: an administrator can send each a link to set one. */
const PEOPLE = [
  ['ada', 'Ada Brandt'],
  ['ben', 'Ben Okafor'],
  ['chris', 'Chris Lindqvist'],
  ['dana', 'Dana Moreau'],
  ['emil', 'Emil Sato'],
] as const;

const COMPONENTS = [
  ['checkout', 'ada', 'Basket, payment, confirmation'],
  ['catalogue', 'ben', 'Products and search'],
  ['accounts', 'chris', 'Login and profile'],
  ['mail', 'dana', 'Everything we send'],
] as const;

/** Summary, description, component, type, priority, then what became of it: action, who, comment, inputs. */
type Step = readonly [action: string, who: string, comment: string, inputs?: Readonly<Record<string, string>>];
interface Story {
  readonly summary: string;
  readonly description: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly by: string;
  readonly age: number;
  readonly steps: readonly Step[];
}

const STORIES: readonly Story[] = [
  {
    summary: 'Basket loses items after the session expires',
    by: 'dana',
    age: 19,
    description:
      'Put two books into the basket, wait half an hour, click “Pay”.\n\nThe basket is empty. I expected the books to be there.',
    fields: { component: 'checkout', type: 'defect', priority: 'critical', keywords: 'basket, session', milestone: '2.4' },
    steps: [
      ['accept', 'ada', 'I can reproduce this. The basket is kept in the session only.'],
      ['leave', 'ben', 'The same happens in the app, see #3.'],
      ['resolve', 'ada', 'Baskets are stored with the account now.', { resolution: 'fixed' }],
      ['reopen', 'dana', 'Still happens for guests.'],
      ['accept', 'ada', 'Right, guests have no account to store it with. Working on it.'],
    ],
  },
  {
    summary: 'Search finds nothing for words with an umlaut',
    by: 'emil',
    age: 16,
    description: 'Searching for “Größe” gives no result, “Grosse” gives twelve.',
    fields: { component: 'catalogue', type: 'defect', priority: 'major', keywords: 'search, unicode' },
    steps: [['reassign', 'ben', 'Chris knows the index best.', { owner: 'chris' }]],
  },
  {
    summary: 'Show delivery time on the product page',
    by: 'ada',
    age: 14,
    description: 'People ask for it in every second mail. The warehouse sends us the numbers already.',
    fields: { component: 'catalogue', type: 'enhancement', priority: 'major', milestone: '2.5' },
    steps: [
      ['reassign', 'ada', '', { owner: 'ben' }],
      ['accept', 'ben', 'Draft next week.'],
    ],
  },
  {
    summary: 'Confirmation mail is sent twice',
    by: 'chris',
    age: 12,
    description: 'Since Monday, about one order in twenty. Log of the mail server attached to the wiki.',
    fields: { component: 'mail', type: 'defect', priority: 'blocker', milestone: '2.4' },
    steps: [
      ['accept', 'dana', 'Two workers take the same row. I will lock it.'],
      ['resolve', 'dana', 'Fixed, one mail for each of 10,000 test orders.', { resolution: 'fixed' }],
    ],
  },
  {
    summary: 'Typo on the login page: “pasword”',
    by: 'ben',
    age: 9,
    description: 'Second line under the form.',
    fields: { component: 'accounts', type: 'defect', priority: 'trivial' },
    steps: [],
  },
  {
    summary: 'Upgrade the image resizer',
    by: 'chris',
    age: 8,
    description: 'The version we use gets no fixes any more.',
    fields: { component: 'catalogue', type: 'task', priority: 'minor', milestone: '2.5' },
    steps: [['resolve', 'ben', 'Included in the new base image anyway.', { resolution: 'worksforme' }]],
  },
  {
    summary: 'Allow login with a passkey',
    by: 'emil',
    age: 6,
    description: 'Passwords on a phone are a pain.',
    fields: { component: 'accounts', type: 'enhancement', priority: 'major', keywords: 'login' },
    steps: [['reassign', 'chris', 'Mine.', { owner: 'chris' }]],
  },
  {
    summary: 'Basket shows wrong sum with two vouchers',
    by: 'dana',
    age: 3,
    description:
      'Second voucher is subtracted before tax, the first one after:\n\n  basket 100.00\n  vouchers 10 + 10\n  shown 81.90, expected 80.00',
    fields: { component: 'checkout', type: 'defect', priority: 'critical', milestone: '2.4' },
    steps: [['leave', 'ada', 'Confirmed; see also #1.']],
  },
  {
    summary: 'Write down how to restore a backup',
    by: 'ada',
    age: 2,
    description: 'We have never tried it.',
    fields: { type: 'task', priority: 'major', component: 'accounts' },
    steps: [],
  },
  {
    summary: 'Newsletter link opens the wrong language',
    by: 'emil',
    age: 1,
    description: 'Always English, whatever the reader chose.',
    fields: { component: 'mail', type: 'defect', priority: 'minor' },
    steps: [['resolve', 'dana', 'The same as a report from last year.', { resolution: 'duplicate' }]],
  },
];

/** Fills a new environment with people, vocabularies and tickets in every state, each through the one door. */
export async function fillWithDemo(site: Site, out: (line: string) => void): Promise<void> {
  const now = Date.now();
  await site.contexts.write(SETUP, async (ctx) => {
    const users = site.get(IUserService);
    for (const [name, fullName] of PEOPLE) await users.add(ctx, { name, fullName, email: `${name}@example.org` });
    for (const [name] of PEOPLE) await site.get(IGrants).grant(ctx, name, 'developers');
    await site.get(IGrants).grant(ctx, 'developers', 'TICKET_MODIFY');
    const adjuncts = site.get(IAdjunctService);
    for (const [name, owner, description] of COMPONENTS) await adjuncts.save(ctx, 'component', { name, owner, description });
    await adjuncts.save(ctx, 'milestone', { name: '2.4', description: '', due: new Date(now + 12 * DAY) });
    await adjuncts.save(ctx, 'milestone', { name: '2.5', description: '', due: new Date(now + 47 * DAY) });
  });
  for (const story of STORIES) await tell(site, story, now);
  out(`Filled in ${STORIES.length} tickets by ${PEOPLE.length} people.`);
}

async function tell(site: Site, { summary, description, fields, by, age, steps }: Story, now: number): Promise<void> {
  const start = now - age * DAY;
  const gap = (age * DAY) / (steps.length + 2);
  const id = await submit(site, by, new Date(start), undefined, { fields: { summary, description, ...fields } });
  for (const [index, [action, who, comment, inputs = {}]] of steps.entries())
    await submit(site, who, new Date(start + gap * (index + 1)), id, { action, comment, inputs });
}

async function submit(site: Site, name: string, now: Date, id: number | undefined, submission: Submission): Promise<number> {
  const asker = { user: { name, authenticated: true }, via: 'web', now } as const;
  const applied = await site.contexts.write(asker, (ctx) => site.get(ITicketService).apply(ctx, id, submission));
  if (!applied.ok || applied.id === undefined)
    throw new Error(`demo: ${applied.problems.map(({ message }) => message).join(' ')}`);
  return applied.id;
}
