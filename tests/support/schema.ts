import path from 'node:path';
import { loadMigrations } from '../../core/db/migrate.ts';

/** The core's migrations, read once. */
export const CORE_MIGRATIONS = loadMigrations(path.resolve('migrations/core'), 'core');
