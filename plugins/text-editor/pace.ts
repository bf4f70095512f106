import { LRUCache } from 'lru-cache';

/** A share that is used up by asking and comes back with time. */
interface Share {
  left: number;
  at: number;
}

const MOST_ASKERS = 10_000;

/** Holds back who asks for more than people can type. Each asker has a share of `size`, of which `perSecond` comes back. */
export class Pace {
  readonly #size: number;
  readonly #perSecond: number;
  readonly #shares = new LRUCache<string, Share>({ max: MOST_ASKERS });

  constructor(size: number, perSecond: number) {
    this.#size = size;
    this.#perSecond = perSecond;
  }

  /**
   * Takes `cost` of the asker's share; returns 0, or after how many seconds to ask again. What costs more than the whole share
   * is granted to a full one. `now`: milliseconds.
   */
  take(asker: string, cost: number, now: number): number {
    const before = this.#shares.get(asker);
    const grown = before === undefined ? this.#size : before.left + (Math.max(0, now - before.at) / 1000) * this.#perSecond;
    const left = Math.min(this.#size, grown);
    const price = Math.min(cost, this.#size);
    const isGranted = left >= price;
    this.#shares.set(asker, { left: isGranted ? left - price : left, at: now });
    return isGranted ? 0 : Math.max(1, Math.ceil((price - left) / this.#perSecond));
  }
}
