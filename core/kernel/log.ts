import { service } from './tokens.ts';

/** Constant text first, data apart: `log.info('ticket changed', { id, via })`. Never a secret, never a description. */
export interface Log {
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** A log that drops everything. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The process's log, for what happens outside every operation. Inside one, `ctx.log` knows more. */
export type ILog = Log;
export const ILog = service<ILog>('ILog', { doc: "The process's log." });
