/** A typed slot that any number of components may fill; `uses` hands it out as an ordered, lazy list. */
export interface ExtensionPoint<T> {
  readonly kind: 'point';
  readonly symbol: symbol;
  readonly name: string;
  readonly doc: string;
  /** INI option, written `[section] name`, that lists components in the order wanted. */
  readonly orderedBy?: string;
  /** When true, the `orderedBy` option, once set, also selects: a component it does not name stays out. */
  readonly selects?: boolean;
  /** The order while the option is not set; components it does not name follow. */
  readonly defaultOrder?: readonly string[];
  /** False: the point's owner judges unknown names in the option itself. */
  readonly namesChecked?: boolean;
  readonly _type?: T;
}

/** A typed slot filled by exactly one component; `uses` hands out the instance itself. */
export interface Service<T> {
  readonly kind: 'service';
  readonly symbol: symbol;
  readonly name: string;
  readonly doc: string;
  readonly _type?: T;
}

export type Token<T> = ExtensionPoint<T> | Service<T>;

/**
 * Declares an extension point. Interface and token share one name, so that one import serves both.
 *
 * The symbol is global (`Symbol.for`): should a plugin ever meet a second copy of this module, its components
 * still land in the right slot.
 */
export const extensionPoint = <T>(
  name: string,
  spec: Omit<ExtensionPoint<T>, 'kind' | 'symbol' | 'name' | '_type'>,
): ExtensionPoint<T> => Object.freeze({ kind: 'point', symbol: Symbol.for(`tracts.${name}`), name, ...spec });

/** Declares a service; see `extensionPoint`. */
export const service = <T>(name: string, spec: { readonly doc: string }): Service<T> =>
  Object.freeze({ kind: 'service', symbol: Symbol.for(`tracts.${name}`), name, ...spec });
