/** The first that fits is meant: most browsers also call themselves by the names of those before them. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Headless)?Chrom(?:e|ium)\/|\bCriOS\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPad\b/, 'iPad'],
  [/\biPhone\b/, 'iPhone'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

const nameIn = (names: typeof PROGRAMS, text: string): string | undefined => names.find(([mark]) => mark.test(text))?.[1];

/** A User-Agent header as people would say it: `Firefox on Linux`. What is not known stays as it is, cut to 80 characters. */
export function nameClient(userAgent: string): string {
  const program = nameIn(PROGRAMS, userAgent);
  if (program === undefined) return userAgent.slice(0, 80);
  const system = nameIn(SYSTEMS, userAgent);
  return system === undefined ? program : `${program} on ${system}`;
}
