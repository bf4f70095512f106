export * from './adjunct/types.ts';
export { readTicketNumber, UsageError, usageOf } from './cli/arguments.ts';
export * from './cli/extension-points.ts';
export { fixedQuery, runStatement } from './db/fixed-query.ts';
export { type Cached, IGenerations } from './db/generation.ts';
export { IJobProvider, type Job } from './jobs/extension-points.ts';
export * from './jobs/outbox-points.ts';
export { component } from './kernel/component.ts';
export { IConfigurationPresets, IEnvironment, ISettings, ISettingsEditor, type SettingChange } from './kernel/configuration.ts';
export { describeDiagnosis, firstFindings } from './kernel/diagnoses.ts';
export {
  BadRequestError,
  type Diagnosis,
  NotFoundError,
  PermissionError,
  type Place,
  RepeatedValueError,
  TracError,
} from './kernel/errors.ts';
export { parseSwitch, parseWhole } from './kernel/literals.ts';
export { ILog, type Log } from './kernel/log.ts';
export { nearest } from './kernel/nearest.ts';
export { option } from './kernel/option.ts';
export {
  type ComponentFailure,
  type ComponentInfo,
  IDiagnostician,
  IRegistry,
  ISiteHealth,
  type PermissionInfo,
} from './kernel/registry.ts';
export { isTimeZone } from './kernel/time-zones.ts';
export { extensionPoint, service } from './kernel/tokens.ts';
export type * from './security/context.ts';
export { type Asker, IContexts } from './security/contexts.ts';
export * from './security/extension-points.ts';
export { isPermissionName } from './security/permission-graph.ts';
export { ISiteOptions } from './site-options.ts';
export * from './text/extension-points.ts';
export { escapeHtml, messageHtml, plainHtml } from './text/markup.ts';
export { isOwnImage, isSafeHref, SAFE_SCHEMES, safeClasses, safeId, safeStyle } from './text/safe-values.ts';
export { sanitiseHtml } from './text/sanitise.ts';
export { type FoundSyntax, type RuleScan, type SyntaxRules, syntaxRules } from './text/syntax-rules.ts';
export { FIELD_ATTRIBUTES } from './ticket/attributes.ts';
export { type ChangeWording, changeLines } from './ticket/change-lines.ts';
export { mayBeTold } from './ticket/conditions.ts';
export { mayEditComment } from './ticket/edit-comment.ts';
export * from './ticket/extension-points.ts';
export { fieldResource, mayViewField } from './ticket/field-rights.ts';
export * from './ticket/field-sql.ts';
export * from './ticket/field-values.ts';
export { labelOf } from './ticket/form.ts';
export { BLOCKED_FORM } from './ticket/judge.ts';
export { initialValue } from './ticket/load.ts';
export { describeNote } from './ticket/notes.ts';
export { reportFailure } from './ticket/offers.ts';
export { type PlainField, type PlainForm, plainForm } from './ticket/plain-form.ts';
export * from './ticket/predicate.ts';
export * from './ticket/resources.ts';
export { isClosedStatus, statusesInUse } from './ticket/statuses.ts';
export { type ReadInput, readInput } from './ticket/submission.ts';
export type * from './ticket/types.ts';
export { InvalidValueError, isEmpty, normaliseCc, PROTECTED_FIELDS } from './ticket/values.ts';
export { localPath } from './web/addresses.ts';
export { FORM_TOKEN_COOKIE } from './web/csrf.ts';
export { formatAge, formatWait } from './web/dates.ts';
export * from './web/extension-points.ts';
export { firstValue, formText, requireNoFile } from './web/input.ts';
export { SESSION_COOKIE } from './web/visitor.ts';
