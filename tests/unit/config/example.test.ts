import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Declared } from '../../../core/config/declared.ts';
import { printExample } from '../../../core/config/reference.ts';
import { memorySite } from '../../../core/environment.ts';
import { IRegistry } from '../../../core/kernel/registry.ts';

async function declaredOptions(): Promise<readonly Declared[]> {
  const site = await memorySite();
  const options = site.get(IRegistry).options();
  await site.close();
  return options;
}

test('the committed trac.ini.example is what the program prints', async () => {
  const committed = readFileSync('trac.ini.example', 'utf8');
  expect(committed, 'trac.ini.example is out of date: run "npm run ini:example" and commit it').toBe(
    printExample(await declaredOptions()),
  );
});

test('components that read one option agree on its default, its kind and whether it is a secret', async () => {
  const said = new Map<string, Set<string>>();
  for (const { option } of await declaredOptions()) {
    const name = `[${option.section}] ${option.name}`;
    const declaration = `${JSON.stringify(option.print(option.fallback))}, ${option.expects}, ${option.secret === true}`;
    said.set(name, (said.get(name) ?? new Set()).add(declaration));
  }
  expect(said.size).toBeGreaterThan(20);
  const quarrels = [...said].filter(([, declarations]) => declarations.size > 1).map(([name, ones]) => [name, ...ones]);
  expect(quarrels).toEqual([]);
});
