import 'reflect-metadata';
import { type DependencyContainer, instanceCachingFactory, container as root } from 'tsyringe';
import { type Component, readDeclaration } from './component.ts';
import { decide } from './enablement.ts';
import { type Diagnosis, describePlace, reasonOf, TracError } from './errors.ts';
import type { AnyOption } from './option.ts';
import { orderComponents, orderOption } from './ordering.ts';
import { type ComponentInfo, IRegistry, type PermissionInfo } from './registry.ts';
import type { Settings } from './settings.ts';
import type { ExtensionPoint, Service, Token } from './tokens.ts';

/** Where a plugin module came from. */
export interface PluginSource {
  readonly plugin: string;
  readonly file: string;
  readonly enabledByDefault: boolean;
  /** The core's own: cannot be switched off, and a mistake in one of its options stops the site. */
  readonly required?: boolean;
}

interface Entry {
  readonly id: string;
  readonly source: PluginSource;
  readonly component: Component;
  readonly decidedBy: string;
  readonly self: symbol;
  enabled: boolean;
  options: Readonly<Record<string, unknown>>;
  readonly problems: Diagnosis[];
}

/**
 * Holds one site's components and hands out implementations in order. The only file that knows tsyringe.
 *
 * Use: `provide` and `load` everything, then `start()`; afterwards it does not change. A new configuration gets a new kernel.
 */
export class Kernel implements IRegistry {
  readonly #settings: Settings;
  readonly #container: DependencyContainer = root.createChildContainer();
  readonly #entries: Entry[] = [];
  readonly #diagnoses: Diagnosis[] = [];
  readonly #ids = new Map<object, string>();
  readonly #points = new Map<symbol, readonly unknown[]>();
  readonly #providers = new Map<symbol, Entry>();
  readonly #activating: string[] = [];
  readonly #disposers: { readonly component: string; dispose(): void | Promise<void> }[] = [];
  readonly #permissions = new Map<string, PermissionInfo>();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.provide(IRegistry, this);
  }

  /** Fills a service slot with an instance made elsewhere. */
  provide<T>(token: Service<T>, instance: T): void {
    this.#container.registerInstance(token.symbol, instance);
  }

  /** Takes note of every component that a plugin module exports, as `<plugin>.<ExportName>`. */
  load(source: PluginSource, module: object): void {
    for (const [name, value] of Object.entries(module)) {
      const read = readDeclaration(value);
      if (read) this.#add(source, `${source.plugin}.${name}`, read.declared, read.fault);
    }
  }

  #add(source: PluginSource, id: string, component: Component, fault: string | undefined): void {
    const { enabled, rule } = source.required
      ? { enabled: true, rule: undefined }
      : decide(this.#settings, id, source.enabledByDefault);
    const byDefault = source.required ? 'always on' : 'default';
    const decidedBy = rule ? `${describePlace({ ...rule.place, key: rule.key })} = ${rule.value}` : byDefault;
    const entry: Entry = { id, source, component, decidedBy, self: Symbol(id), enabled, options: {}, problems: [] };
    this.#entries.push(entry);
    if (fault === undefined) return;
    this.#isolate(entry, {
      severity: 'error',
      message: `${source.file}: component ${id} ${fault}`,
      remedy: 'Correct what component() is given. The rest of the site runs without it.',
      place: { file: source.file },
    });
  }

  /** Reports something found wrong outside the kernel, e.g. a plugin file that cannot be imported. */
  report(...diagnoses: readonly Diagnosis[]): void {
    this.#diagnoses.push(...diagnoses);
  }

  /**
   * Checks all components at once, then makes their instances. What fails is switched off with its reason and so is what
   * needs it; a failure in the core throws.
   */
  start(): void {
    this.#checkOptions();
    this.#checkPermissions();
    this.#checkServices();
    while (this.#dropUnsatisfied());
    for (const entry of this.#on()) this.#register(entry);
    for (const entry of this.#on()) this.#attempt(entry);
    this.#describePermissions();
  }

  get<T>(token: Service<T>): T {
    if (!this.#container.isRegistered(token.symbol))
      throw new TracError('KERNEL', `Nothing provides ${token.name} (${token.doc})`);
    return this.#container.resolve<T>(token.symbol);
  }

  /** Everything that fills the point, in the order its option asks for. */
  all<T>(point: ExtensionPoint<T>): readonly T[] {
    const known = this.#points.get(point.symbol);
    if (known) return known as readonly T[];
    const entries = this.#on().filter((entry) => implementsToken(entry, point));
    const { ordered, diagnoses } = orderComponents(point, entries, this.#settings, this.#entries);
    const instances = ordered.flatMap((entry) => this.#attempt(entry) ?? []);
    // While components are still being made the list may be short of one in the making: not remembered then.
    if (this.#activating.length === 0) {
      this.#points.set(point.symbol, Object.freeze(instances));
      this.#diagnoses.push(...diagnoses);
    }
    return instances as T[];
  }

  /** Switches a component off after all, because what it answers cannot be used; throws when it is the core's own. */
  drop(instance: object, reason: string): void {
    const entry = this.#entries.find(({ id }) => id === this.#ids.get(instance));
    if (!entry) throw new TracError('KERNEL', reason);
    this.#isolate(entry, {
      severity: 'error',
      message: `${entry.source.file}: component ${entry.id} is left out: ${reason}`,
      remedy: `Correct it, or write "${entry.id} = disabled" into [components] of trac.ini.`,
      place: { file: entry.source.file },
    });
    for (const [symbol, filled] of this.#points)
      this.#points.set(symbol, Object.freeze(filled.filter((one) => one !== instance)));
    this.#describePermissions();
  }

  idOf(instance: object): string {
    return this.#ids.get(instance) ?? '?';
  }

  components(): readonly ComponentInfo[] {
    return this.#entries.map(({ id, source, component, decidedBy, enabled, problems }) => ({
      id,
      plugin: source.plugin,
      enabled,
      decidedBy,
      file: source.file,
      implements: component.spec.implements.map((token) => token.name),
      doc: component.spec.doc ?? '',
      problems,
    }));
  }

  /** Those too that put the implementations of an extension point in order. */
  options(): readonly { readonly option: AnyOption; readonly component: string }[] {
    const declared = this.#entries.flatMap(({ id, component }) =>
      Object.values(component.spec.options ?? {}).map((option) => ({ option, component: id })),
    );
    const points = new Map(
      this.#entries.flatMap(({ component }) => component.spec.implements.map((token) => [token.name, token])),
    );
    const known = new Set(declared.map(({ option }) => describePlace({ section: option.section, key: option.name })));
    const ordering = [...points.values()].flatMap((token) => {
      const option = token.kind === 'point' ? orderOption(token) : undefined;
      const isDeclared = option === undefined || known.has(describePlace({ section: option.section, key: option.name }));
      return isDeclared ? [] : [{ option, component: token.name }];
    });
    return [...declared, ...ordering];
  }

  sections(): ReadonlyMap<string, string> {
    return new Map(this.#entries.flatMap(({ component }) => Object.entries(component.spec.sections ?? {})));
  }

  permissions(): ReadonlyMap<string, PermissionInfo> {
    if (this.#permissions.size === 0) this.#describePermissions();
    return this.#permissions;
  }

  diagnoses(): readonly Diagnosis[] {
    return [...this.#diagnoses, ...this.#entries.flatMap((entry) => entry.problems)];
  }

  /** Last made, first disposed; gives what went wrong, and with whom. Throws nothing: whoever is left must be disposed, too. */
  async dispose(): Promise<readonly { readonly component: string; readonly error: unknown }[]> {
    const failed: { component: string; error: unknown }[] = [];
    for (const { component, dispose } of this.#disposers.toReversed())
      try {
        await dispose();
      } catch (error) {
        failed.push({ component, error });
      }
    this.#container.clearInstances();
    return failed;
  }

  #on(): Entry[] {
    return this.#entries.filter((entry) => entry.enabled);
  }

  #isolate(entry: Entry, diagnosis: Diagnosis): void {
    if (entry.source.required)
      throw new TracError('CONFIG', `${diagnosis.message}${diagnosis.remedy ? ` ${diagnosis.remedy}` : ''}`);
    entry.enabled = false;
    entry.problems.push({ ...diagnosis, component: entry.id });
  }

  #checkOptions(): void {
    for (const entry of this.#on()) {
      const values: Record<string, unknown> = {};
      for (const [key, option] of Object.entries(entry.component.spec.options ?? {})) values[key] = this.#read(entry, option);
      entry.options = values;
    }
  }

  #read(entry: Entry, option: AnyOption): unknown {
    const raw = this.#settings.get(option.section, option.name);
    if (raw === undefined) return option.fallback;
    try {
      return option.parse(raw);
    } catch {
      const place = this.#settings.place(option.section, option.name);
      const shown = option.secret ? '(secret)' : `"${raw}"`;
      const message = `${describePlace(place)} = ${shown}: expected ${option.expects}.`;
      const remedy = `Correct the value, or remove the line to use the default${option.secret ? '' : ` (${option.print(option.fallback)})`}.`;
      const diagnosis: Diagnosis = { severity: 'error', message, remedy, place };
      if (option.otherwise === undefined) this.#isolate(entry, diagnosis);
      // Several components may read one option: once is enough.
      else if (!this.#entries.some(({ problems }) => problems.some((one) => one.message === message)))
        entry.problems.push({ ...diagnosis, component: entry.id });
      return option.otherwise ?? option.fallback;
    }
  }

  #checkPermissions(): void {
    const owners = new Map<string, string>();
    for (const entry of this.#on())
      for (const name of Object.keys(entry.component.spec.permissions ?? {})) {
        const fault = permissionFault(name, owners.get(name));
        if (fault === undefined) owners.set(name, entry.id);
        else {
          const message = `${entry.source.file}: component ${entry.id} declares the permission ${fault}.`;
          this.#isolate(entry, {
            severity: 'error',
            message,
            remedy: 'Choose another name, or use the existing permission without declaring it.',
          });
          break;
        }
      }
  }

  #checkServices(): void {
    for (const entry of this.#on())
      for (const token of entry.component.spec.implements) {
        if (token.kind !== 'service') continue;
        const rival = this.#providers.get(token.symbol);
        if (!rival) this.#providers.set(token.symbol, entry);
        else
          this.#isolate(entry, {
            severity: 'error',
            message: `${entry.id} and ${rival.id} both provide ${token.name}; only one can. ${rival.id} stays.`,
            remedy: `Write "${rival.id} = disabled" into [components] of trac.ini to use ${entry.id}.`,
            place: { section: 'components', key: rival.id },
          });
      }
  }

  /** Switches off what needs a service that nobody provides; true when something was, since that may leave others in need. */
  #dropUnsatisfied(): boolean {
    let dropped = false;
    for (const entry of this.#on())
      for (const token of Object.values(entry.component.spec.uses ?? {})) {
        if (token.kind !== 'service' || this.#isProvided(token)) continue;
        dropped = true;
        this.#isolate(entry, {
          severity: 'error',
          message: `${entry.source.file}: component ${entry.id} needs ${token.name} (${token.doc}), which nothing provides.`,
          remedy: `Enable a component that implements ${token.name} in [components], or disable ${entry.id}.`,
          place: { section: 'components', key: entry.id },
        });
        break;
      }
    return dropped;
  }

  #isProvided(token: Service<unknown>): boolean {
    const provider = this.#providers.get(token.symbol);
    return provider ? provider.enabled : this.#container.isRegistered(token.symbol);
  }

  #register(entry: Entry): void {
    this.#container.register(entry.self, { useFactory: instanceCachingFactory(() => this.#activate(entry)) });
    for (const token of entry.component.spec.implements)
      if (token.kind === 'service') this.#container.register(token.symbol, { useToken: entry.self });
  }

  /** The instance, or undefined when it cannot be made; then the component is off from here on. */
  #attempt(entry: Entry): object | undefined {
    if (!entry.enabled) return undefined;
    try {
      return this.#container.resolve<object>(entry.self);
    } catch (error) {
      if (this.#activating.length > 0) throw error;
      this.#isolate(entry, {
        severity: 'error',
        message: `${entry.source.file}: component ${entry.id} could not be started: ${reasonOf(error)}`,
        remedy: `Correct it, or write "${entry.id} = disabled" into [components] of trac.ini.`,
      });
      return undefined;
    }
  }

  #activate({ id, component: { spec }, options }: Entry): object {
    if (this.#activating.includes(id))
      throw new TracError('KERNEL', `Components need each other in a circle: ${[...this.#activating, id].join(' -> ')}`);
    this.#activating.push(id);
    try {
      const needs = Object.fromEntries(Object.entries(spec.uses ?? {}).map(([key, token]) => [key, this.#need(token)]));
      const made = requireInstance(spec.create({ ...needs, options } as never));
      this.#ids.set(made, id);
      if (typeof made.dispose === 'function') this.#disposers.push({ component: id, dispose: () => made.dispose?.() });
      return made;
    } finally {
      this.#activating.pop();
    }
  }

  #need(token: Token<unknown>): unknown {
    return token.kind === 'service' ? this.get(token) : { [Symbol.iterator]: () => this.all(token)[Symbol.iterator]() };
  }

  #describePermissions(): void {
    this.#permissions.clear();
    const note = (name: string, help: string, component: string, includes: readonly string[]): void => {
      const known = this.#permissions.get(name);
      this.#permissions.set(name, {
        help: known?.help || help,
        component: known?.component ?? component,
        includes: [...new Set([...(known?.includes ?? []), ...includes])].sort(),
      });
    };
    for (const { id, component } of this.#on()) {
      for (const [name, help] of Object.entries(component.spec.permissions ?? {})) note(name, help, id, []);
      for (const [name, includes] of Object.entries(component.spec.includes ?? {})) note(name, '', id, includes);
    }
  }
}

type Made = object & { dispose?(): void | Promise<void> };

/** A plugin that is not compiled may give anything. */
function requireInstance(made: unknown): Made {
  if (typeof made !== 'object' || made === null) throw new Error('create() gave no object.');
  if (!('then' in made && typeof made.then === 'function')) return made;
  // Nobody will wait for it, so that its error would be nobody's.
  made.then(undefined, () => undefined);
  throw new Error('create() gave a promise; it must give the object at once.');
}

const implementsToken = (entry: Entry, token: Token<unknown>): boolean =>
  entry.component.spec.implements.some(({ symbol }) => symbol === token.symbol);

const permissionFault = (name: string, owner: string | undefined): string | undefined =>
  owner !== undefined
    ? `${name}, which ${owner} declares already`
    : /^[A-Z][A-Z0-9_]+$/.test(name)
      ? undefined
      : `"${name}", which is not UPPER_CASE`;
