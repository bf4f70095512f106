/**
 * Decimal numbers as texts that sort as numbers do, character by character: whole digits padded to 15, negative numbers as
 * nine's complement behind `-` with `~` at the end, so that a longer fraction comes first. 42.5 is `000000000000042.5`.
 */
const DIGITS = 15;

/** The greatest number of whole digits. */
export const MOST_DIGITS = DIGITS;

const complement = (text: string): string => text.replace(/\d/g, (digit) => String(9 - Number(digit)));

const DECIMAL = /^([-+\u2212]?)(\d+)(?:\.(\d*))?$/;
/** Thousands are set apart by blanks or apostrophes. A comma is refused: some read it as the point, some as thousands. */
const GROUPED = /^([-+\u2212]?)(\d{1,3}(?:[\s'\u2019]\d{3})+)(\.\d*)?$/;

/** A decimal without needless characters: `-0012.50` reads `-12.50`; trailing zeros stay. undefined: not one. */
export function readDecimal(text: string): string | undefined {
  const plain = GROUPED.test(text) ? text.replace(/[\s'\u2019]/g, '') : text.startsWith('.') ? `0${text}` : text;
  const match = DECIMAL.exec(plain);
  if (!match) return undefined;
  const whole = (match[2] ?? '').replace(/^0+(?=\d)/, '');
  const rest = match[3] ? `.${match[3]}` : '';
  const isNegative = (match[1] === '-' || match[1] === '\u2212') && /[1-9]/.test(whole + rest);
  return `${isNegative ? '-' : ''}${whole}${rest}`;
}

/** Takes trailing zeros of the fraction away. */
export const shorten = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);

/** A decimal as `readDecimal` gives it, as text that sorts. */
export function encodeDecimal(decimal: string, digits = DIGITS): string {
  const isNegative = decimal.startsWith('-');
  const [whole = '', fraction] = decimal.replace('-', '').split('.');
  const padded = whole.padStart(digits, '0') + (fraction === undefined ? '' : `.${fraction}`);
  return isNegative ? `-${complement(padded)}~` : padded;
}

/** The decimal that a stored text stands for; one that was never padded is read too. undefined: none. */
export const decodeDecimal = (stored: string): string | undefined =>
  readDecimal(/^-[\d.]+~$/.test(stored) ? `-${complement(stored.slice(1, -1))}` : stored);

const SCALE = 12;

/** A decimal as a whole number of 10^-12, exactly. */
export function scaled(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const size = BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, '0'));
  return decimal.startsWith('-') ? -size : size;
}
