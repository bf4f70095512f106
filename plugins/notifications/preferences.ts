import {
  component,
  formText,
  IRouteProvider,
  ISettings,
  ITicketService,
  mayViewField,
  type OperationContext,
  type Outcome,
  type WebRequest,
} from 'tracts';
import { hideAddresses } from 'tracts/addresses';
import { IPreferencePageProvider } from 'tracts/prefs';
import { INotificationSubscriber } from './api.ts';
import { recipientMatcher } from './matcher.ts';
import { readClock } from './moments.ts';
import { type Rule, readRules } from './rules.ts';
import { INotificationSettings } from './settings.ts';
import {
  type PersonSettings,
  rulesOf,
  saveRules,
  saveSettings,
  settingsOf,
  USUAL_SETTINGS,
  type WatchState,
  watchedBy,
} from './store.ts';

interface Needs {
  readonly subscribers: Iterable<INotificationSubscriber>;
  readonly settings: INotificationSettings;
  readonly ini: ISettings;
  readonly tickets: ITicketService;
}
interface Problem {
  readonly field: string;
  readonly message: string;
}
/** What the form holds. */
interface Typed extends Omit<PersonSettings, 'digestHour'> {
  readonly digestHour: string;
  /** By rule: `''`, `now`, `hourly`, `daily`, `never`. */
  readonly rules: Readonly<Record<string, string>>;
}

const HOME = '/prefs/notifications';
const MOST_TICKETS = 200;
const PACES: ReadonlySet<string> = new Set(['now', 'hourly', 'daily']);
const FORMATS: readonly PersonSettings['format'][] = ['', 'text/html', 'text/plain'];

/** /prefs/notifications: what a person wants to be told, how soon, and which tickets he watches. */
export const NotificationPreferences = component({
  doc: 'Serves /prefs/notifications: what one wants to be told.',
  implements: [IRouteProvider, IPreferencePageProvider],
  uses: { subscribers: INotificationSubscriber, settings: INotificationSettings, ini: ISettings, tickets: ITicketService },
  create: (needs) => ({
    getPreferencePages: () => [{ label: 'Notifications', href: HOME }],
    getRoutes: () => [
      { method: 'GET', path: HOME, handle: (ctx) => ownOnly(ctx, () => show(needs, ctx)) },
      { method: 'POST', path: HOME, handle: (ctx, request) => ownOnly(ctx, () => save(needs, ctx, request)) },
    ],
  }),
});

function ownOnly(ctx: OperationContext, handle: () => Promise<Outcome>): Outcome | Promise<Outcome> {
  return ctx.user.authenticated ? handle() : { redirect: '/login?referer=%2Fprefs%2Fnotifications' };
}

/** What a person who says nothing gets. */
function usualOf({ subscribers, ini }: Needs): ReadonlyMap<string, boolean> {
  const rules = readRules(ini);
  return new Map(
    [...subscribers].map(({ rule, byDefault }) => {
      const [first] = rules.get(rule) ?? [];
      return [rule, first ? first.adverb === 'always' : byDefault !== undefined] as const;
    }),
  );
}

const paceOf = ({ adverb, pace }: Rule): string => (adverb === 'never' ? 'never' : pace);

async function stored({ db, user: { name } }: OperationContext): Promise<Typed> {
  const settings = (await settingsOf(db, [name])).get(name) ?? USUAL_SETTINGS;
  const rules = (await rulesOf(db, [name])).map((rule) => [rule.rule, paceOf(rule)] as const);
  return { ...settings, digestHour: String(settings.digestHour), rules: Object.fromEntries(rules) };
}

/** The tickets of which the person said so and which he may still view, newest first. */
async function ticketsOf({ tickets }: Needs, ctx: OperationContext, state: WatchState) {
  const found = await tickets.openAll(ctx, await watchedBy(ctx.db, ctx.user.name, state, MOST_TICKETS));
  return found.map((one) => ({
    id: one.ticket.id ?? 0,
    summary: mayViewField(one, 'summary', one.ticket) ? hideAddresses(String(one.ticket.values['summary'] ?? '')) : '',
  }));
}

async function show(needs: Needs, ctx: OperationContext, typed?: Typed, problems: readonly Problem[] = []): Promise<Outcome> {
  const values = typed ?? (await stored(ctx));
  const usual = usualOf(needs);
  const rules = [...needs.subscribers]
    .filter(({ label }) => label !== '')
    .map(({ rule, label }) => ({
      name: `rule_${rule}`,
      label,
      value: values.rules[rule] ?? '',
      options: [
        { value: '', text: `As the site says: ${usual.get(rule) ? 'at once' : 'no'}` },
        { value: 'now', text: 'At once' },
        { value: 'hourly', text: 'In a digest each hour' },
        { value: 'daily', text: 'In a digest each day' },
        { value: 'never', text: 'Never, whatever else applies' },
      ],
    }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  return {
    template: 'notifications/preferences.njk',
    status: problems.length > 0 ? 422 : 200,
    data: {
      values,
      problems,
      rules,
      hours: Array.from({ length: 24 }, (_one, hour) => ({ value: String(hour), text: `${String(hour).padStart(2, '0')}:00` })),
      reachable: recipientMatcher(ctx.directory, needs.settings)(ctx.user.name) !== undefined,
      enabled: needs.settings.enabled,
      watched: await ticketsOf(needs, ctx, 'watching'),
      muted: await ticketsOf(needs, ctx, 'muted'),
    },
  };
}

function problemsOf({ quietFrom, quietTo, digestHour }: Typed): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [field, text] of [
    ['quiet_from', quietFrom],
    ['quiet_to', quietTo],
  ] as const)
    if (text !== '' && readClock(text) === undefined) problems.push({ field, message: 'Write a time of day as 22:00.' });
  if ((quietFrom === '') !== (quietTo === ''))
    problems.push({ field: quietFrom === '' ? 'quiet_from' : 'quiet_to', message: 'Quiet hours have a beginning and an end.' });
  if (!/^\d{1,2}$/.test(digestHour) || Number(digestHour) > 23)
    problems.push({ field: 'digest_hour', message: 'Choose an hour from the list.' });
  return problems;
}

/** A person's own “never” counts before everything else that he says; trac.ini can go before both with priority 0. */
const ruleOf = (rule: string, wish: string): readonly Rule[] => {
  if (wish === 'never') return [{ rule, adverb: 'never', pace: 'now', priority: 1 }];
  return PACES.has(wish) ? [{ rule, adverb: 'always', pace: wish as Rule['pace'], priority: 2 }] : [];
};

async function save(needs: Needs, ctx: OperationContext, request: WebRequest): Promise<Outcome> {
  const text = (name: string): string => formText(request, name).trim();
  const known = [...needs.subscribers].filter(({ label }) => label !== '').map(({ rule }) => rule);
  const typed: Typed = {
    format: FORMATS.find((format) => format === text('format')) ?? '',
    quietFrom: text('quiet_from'),
    quietTo: text('quiet_to'),
    digestHour: text('digest_hour'),
    rules: Object.fromEntries(known.map((rule) => [rule, text(`rule_${rule}`)])),
  };
  const problems = problemsOf(typed);
  if (problems.length > 0) return show(needs, ctx, typed, problems);
  const { rules, digestHour, ...settings } = typed;
  const { name } = ctx.user;
  // Rules of subscribers that are switched off now hold again when they come back.
  const others = (await rulesOf(ctx.db, [name])).filter(({ rule }) => !known.includes(rule));
  await saveSettings(ctx.db, name, { ...settings, digestHour: Number(digestHour) });
  await saveRules(ctx.db, name, [...others, ...Object.entries(rules).flatMap(([rule, wish]) => ruleOf(rule, wish))]);
  return { redirect: HOME, notice: { kind: 'notice', text: 'Saved. It holds from the next change on.' } };
}
