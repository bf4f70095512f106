import type { Place } from './errors.ts';
import type { Settings } from './settings.ts';

/**
 * What Trac's component paths are here, so that a brought `[components]` section means what it did.
 * Published as a table in docs/admin/plugins.md; a test compares.
 */
export const TRAC_COMPONENTS: Readonly<Record<string, string>> = {
  'trac.ticket.default_workflow.ConfigurableTicketWorkflow': 'workflow.ConfigurableTicketWorkflow',
  'trac.ticket.web_ui.TicketModule': 'ticket-web.TicketPages',
  'trac.ticket.web_ui.DefaultTicketPolicy': 'core.DefaultTicketPolicy',
  'trac.ticket.query.QueryModule': 'query.QueryPages',
  'trac.perm.DefaultPermissionPolicy': 'core.DefaultPermissionPolicy',
  'tracopt.perm.authz_policy.AuthzPolicy': 'core.AuthzPolicy',
  'trac.web.auth.LoginModule': 'auth.LoginPages',
  'trac.prefs.web_ui.PreferencesModule': 'prefs.PreferencePages',
  'trac.admin.web_ui.AdminModule': 'admin.AdminPages',
  'trac.about.AboutModule': 'about.AboutPages',
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

/**
 * Decides by the most specific line of `[components]`: `sla.Breach`, then `sla.*`, then the default (Trac's
 * longest-prefix rule, after which names are compared without regard to case).
 */
export function decide(settings: Settings, id: string, byDefault: boolean): Decision {
  const rules = new Map(
    settings.entries('components').map(([key, value]) => [key.toLowerCase().replace(/\.\*$/, ''), { key, value }]),
  );
  for (const name of namesOf(id))
    for (const prefix of prefixes(name)) {
      const rule = rules.get(prefix);
      if (rule) return { enabled: isOn(rule.value), rule: { ...rule, place: settings.place('components', rule.key) } };
    }
  return { enabled: byDefault };
}

/** True when a line of `[components]` can mean something here: a component of ours, or one of Trac's that has a counterpart. */
export function isKnownRule(key: string, ids: readonly string[]): boolean {
  const wanted = key.toLowerCase().replace(/\.\*$/, '');
  return ids.some((id) => namesOf(id).some((name) => name === wanted || name.startsWith(`${wanted}.`)));
}
