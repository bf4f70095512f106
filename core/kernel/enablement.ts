import { firstFindings } from './diagnoses.ts';
import type { Diagnosis, Place } from './errors.ts';
import { nearest } from './nearest.ts';
import type { Settings } from './settings.ts';

/**
 * What Trac's component paths are here, so that a brought `[components]` section means what it did.
 * Published as a table in docs/admin/plugins.md; a test compares.
 */
export const TRAC_COMPONENTS: Readonly<Record<string, string>> = {
  'trac.ticket.default_workflow.ConfigurableTicketWorkflow': 'workflow.ConfigurableTicketWorkflow',
  'trac.ticket.web_ui.TicketModule': 'ticket-web.TicketPages',
  'trac.ticket.web_ui.DefaultTicketPolicy': 'core.DefaultTicketPolicy',
  'trac.ticket.query.QueryModule': 'query.QueryPage',
  'trac.perm.DefaultPermissionPolicy': 'core.DefaultPermissionPolicy',
  'tracopt.perm.authz_policy.AuthzPolicy': 'core.AuthzPolicy',
  'trac.web.auth.LoginModule': 'auth.LoginPages',
  'trac.prefs.web_ui.PreferencesModule': 'prefs.PreferencesPages',
  'trac.admin.web_ui.AdminModule': 'admin.AdminPages',
  'trac.about.AboutModule': 'about.AboutPage',
  'trac.attachment.AttachmentModule': 'attachments.AttachmentPages',
  'trac.attachment.LegacyAttachmentPolicy': 'attachments.LegacyAttachmentPolicy',
  'trac.notification.mail.SmtpEmailSender': 'notifications.SmtpEmailSender',
  'trac.notification.mail.SendmailEmailSender': 'notifications.SendmailEmailSender',
  'trac.notification.mail.AlwaysEmailSubscriber': 'notifications.AlwaysEmailSubscriber',
  'trac.notification.prefs.NotificationPreferences': 'notifications.NotificationPreferences',
  'trac.ticket.notification.TicketOwnerSubscriber': 'notifications.TicketOwnerSubscriber',
  'trac.ticket.notification.TicketUpdaterSubscriber': 'notifications.TicketUpdaterSubscriber',
  'trac.ticket.notification.TicketPreviousUpdatersSubscriber': 'notifications.TicketPreviousUpdatersSubscriber',
  'trac.ticket.notification.TicketReporterSubscriber': 'notifications.TicketReporterSubscriber',
  'trac.ticket.notification.CarbonCopySubscriber': 'notifications.CarbonCopySubscriber',
  'trac.ticket.notification.NewTicketSubscriber': 'notifications.NewTicketSubscriber',
  'tracopt.ticket.deleter.TicketDeleter': 'delete-ticket.DeleteTicket',
  'sample-plugins.workflow.DeleteTicket.DeleteTicketActionController': 'delete-ticket.DeleteTicket',
  'sample-plugins.workflow.CodeReview.CodeReviewActionController': 'code-review.CodeReview',
};

/** Whether a component is on, and what decided it. */
export interface Decision {
  readonly enabled: boolean;
  /** The line of `[components]` that decided; undefined: the default. */
  readonly rule?: { readonly key: string; readonly value: string; readonly place: Place };
}

const isOn = (value: string): boolean => /^(enabled|on|yes|true|1)$/i.test(value.trim());

/** The names a component answers to, own first: `sla.Breach` and any Trac path that stands for it. */
function namesOf(id: string): string[] {
  return [
    id,
    ...Object.entries(TRAC_COMPONENTS)
      .filter(([, ours]) => ours === id)
      .map(([theirs]) => theirs),
  ].map((name) => name.toLowerCase());
}

/** A name and its prefixes, longest first: `a.b.c`, `a.b`, `a`. */
function* prefixes(name: string): Generator<string> {
  for (let rest = name; rest; rest = rest.slice(0, Math.max(0, rest.lastIndexOf('.')))) yield rest;
}

interface Rule {
  readonly key: string;
  readonly value: string;
}

const rulesOf = new WeakMap<Settings, ReadonlyMap<string, Rule>>();

/** The lines of `[components]` by the name they speak of; read once, since every component asks. */
function rulesIn(settings: Settings): ReadonlyMap<string, Rule> {
  const known = rulesOf.get(settings);
  if (known) return known;
  const rules = new Map(
    settings.entries('components').map(([key, value]) => [key.toLowerCase().replace(/\.\*$/, ''), { key, value }]),
  );
  rulesOf.set(settings, rules);
  return rules;
}

/**
 * Decides by the most specific line of `[components]`: `sla.Breach`, then `sla.*`, then the default (Trac's
 * longest-prefix rule, after which names are compared without regard to case).
 */
export function decide(settings: Settings, id: string, byDefault: boolean): Decision {
  const rules = rulesIn(settings);
  for (const name of namesOf(id))
    for (const prefix of prefixes(name)) {
      const rule = rules.get(prefix);
      if (rule) return { enabled: isOn(rule.value), rule: { ...rule, place: settings.place('components', rule.key) } };
    }
  return { enabled: byDefault };
}

/**
 * Warns of lines of `[components]` that no component here answers to: a misspelt name, a plugin that is not there, or a
 * component of Trac that has no counterpart, which one calm line says for all of them together.
 */
export function checkRules(settings: Settings, ids: readonly string[]): Diagnosis[] {
  const known = new Set(ids.flatMap(namesOf).flatMap((name) => [...prefixes(name)]));
  const strange = settings
    .entries('components')
    .map(([key]) => key)
    .filter((key) => !known.has(key.toLowerCase().replace(/\.\*$/, '')));
  const ofTrac = strange.filter(isTracs);
  const calm = ofTrac.slice(0, 1).map(
    (key): Diagnosis => ({
      severity: 'warning',
      message: `[components] names ${ofTrac.length} of Trac's components that have no counterpart here, such as ${key}.`,
      remedy: 'They have no effect and may stay. docs/admin/plugins.md lists those that mean something.',
      place: settings.place('components', key),
    }),
  );
  return [...firstFindings(unknownRules(settings, strange, ids)), ...calm];
}

const isTracs = (key: string): boolean => /^(trac|tracopt)\./i.test(key);

function* unknownRules(settings: Settings, keys: readonly string[], ids: readonly string[]): Generator<Diagnosis> {
  for (const key of keys) if (!isTracs(key)) yield unknownRule(settings, key, ids);
}

function unknownRule(settings: Settings, key: string, ids: readonly string[]): Diagnosis {
  const near = nearest(key.replace(/\.\*$/, ''), [...ids, ...ids.map((id) => id.slice(0, id.indexOf('.')))]);
  return {
    severity: 'warning',
    message: `[components] ${key}: no component has this name.`,
    remedy: near ? `Did you mean ${near}?` : 'Remove the line, or install the plugin. "tracts plugin list" shows the names.',
    place: settings.place('components', key),
  };
}
