import pino from 'pino';
import type { Log } from './kernel/log.ts';

/** Structured log lines on standard error, so that standard output stays free for what was asked. */
export function createLog(level: string): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  return {
    info: (message, data = {}) => logger.info(data, message),
    warn: (message, data = {}) => logger.warn(data, message),
    error: (message, data = {}) => logger.error(data, message),
  };
}
