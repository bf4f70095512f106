import type { ISettingsEditor } from '../kernel/configuration.ts';
import { checkValue } from './check.ts';
import { loadConfiguration } from './configuration.ts';
import { type Declared, findDeclared, isSecret } from './declared.ts';
import { setOptions } from './write.ts';

/** Writes one trac.ini; `declared` are the options whose values are checked before. */
export const settingsEditor = (file: string, declared: () => Iterable<Declared>): ISettingsEditor => ({
  read: () => loadConfiguration(file),
  change(changes) {
    const known = [...declared()];
    const errors = changes.flatMap(({ section, name, value }) => {
      const option = value === null ? undefined : findDeclared(known, section, name);
      const place = { file, section, key: name.toLowerCase() };
      return (option && checkValue(option, value ?? '', place, isSecret(known, section, name))) ?? [];
    });
    return errors.length > 0 ? { changed: false, errors } : { changed: setOptions(file, changes), errors };
  },
});
