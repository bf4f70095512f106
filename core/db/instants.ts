/** An instant as the database keeps it: UTC microseconds since 1970. */
export const toMicros = (instant: Date): number => instant.getTime() * 1000;

/** The instant behind a stored number; what is finer than a millisecond is dropped. */
export const fromMicros = (micros: number): Date => new Date(Math.floor(micros / 1000));
