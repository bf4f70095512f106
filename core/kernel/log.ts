/** Constant text first, data apart: `log.info('ticket changed', { id, via })`. Never a secret, never a description. */
export interface Log {
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** A log that drops everything. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
