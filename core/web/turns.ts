/**
 * Lets requests that arrive together take turns. What answers a page from SQLite never waits for anything outside, yet each
 * `await` would hand over to the next request; then all of them are half done at once and their data outlives them by far. So a
 * request begins when the one before it is done, or as soon as that one waits for the world outside: nobody waits for a slow
 * neighbour longer than one turn of the event loop.
 */
export class Turns {
  #running = 0;
  #isLooking = false;
  readonly #waiting: (() => void)[] = [];

  /** Call `leave` when done, whatever happens. */
  enter(): Promise<void> | undefined {
    if (this.#running === 0) {
      this.#running = 1;
      return undefined;
    }
    if (!this.#isLooking) this.#look();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#admit();
  }

  /** When the event loop comes round, whoever still runs waits for something. */
  #look(): void {
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      this.#admit();
      if (this.#waiting.length > 0) this.#look();
    });
  }

  #admit(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    this.#running += 1;
    next();
  }
}
