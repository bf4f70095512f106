/** True for a name that `Intl` knows, such as `Europe/Zurich` or `UTC`. Costs about 0.05 ms: remember the answer where it is asked often. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}
