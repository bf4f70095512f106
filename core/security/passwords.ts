import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { TracError } from '../kernel/errors.ts';

/** Cost of hashing: 2^ln rounds of r blocks, p times. About 32 MB and a quarter of a second. */
export interface PasswordCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const DEFAULT_COST: PasswordCost = { ln: 15, r: 8, p: 3 };
const KEY_BYTES = 32;
/** Longer ones are refused: hashing them would only serve whoever wants to keep us busy. */
const LONGEST = 1000;
const AT_ONCE = 2;
const WAITING = 40;

let running = 0;
const queue: (() => void)[] = [];

/** Hashing uses the few threads that file access needs too: two at once, others wait, and beyond some there is no use in waiting. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (queue.length >= WAITING)
    throw new TracError('BUSY', 'Too many people are logging in at this moment. Try again in a minute.', 503);
  if (running >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}

const derive = (password: string, salt: Buffer, { ln, r, p }: PasswordCost): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r };
        scrypt(password.normalize('NFKC').slice(0, LONGEST), salt, KEY_BYTES, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      }),
  );

const encode = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Hashes a password with a salt of its own: `$scrypt$ln=15,r=8,p=3$salt$key`. */
export async function hashPassword(password: string, cost: PasswordCost = DEFAULT_COST): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${encode(salt)}$${encode(key)}`;
}

/** Whether the password belongs to the hash. Without a hash it takes as long and says no, so that nobody learns who has an account. */
export async function verifyPassword(
  password: string,
  hash: string | undefined,
  cost: PasswordCost = DEFAULT_COST,
): Promise<boolean> {
  const [, ln, r, p, salt = '', key = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(hash ?? '') ?? [];
  const known = ln !== undefined && Number(ln) <= 20;
  const derived = await derive(
    password,
    known ? Buffer.from(salt, 'base64') : randomBytes(16),
    known ? { ln: Number(ln), r: Number(r), p: Number(p) } : cost,
  );
  const expected = Buffer.from(key, 'base64');
  return known && password.length <= LONGEST && expected.length === derived.length && timingSafeEqual(expected, derived);
}

/** What is wrong with a new password, in a sentence. */
export function passwordFault(password: string, name: string): string | undefined {
  if ([...password].length < 8) return 'The password is too short: use at least 8 characters.';
  if (password.length > LONGEST) return `The password is too long: ${LONGEST} characters at most.`;
  if (name !== '' && password.toLowerCase() === name.toLowerCase()) return 'The password must not be the name.';
  return undefined;
}
