/** Which passwords are refused: those that every guesser tries first. Length is the only other rule. [NIST SP 800-63B 5.1.1.2] */
import { AppError } from '../../core/errors.ts'

/** Longer than the minimum and still among the first that are tried. */
const COMMON = [
  '1234567890',
  '0123456789',
  '0987654321',
  'password12',
  'password123',
  'password1234',
  'qwertyuiop',
  '1q2w3e4r5t',
  '1qaz2wsx3edc',
  'q1w2e3r4t5',
  'abcdefghij',
  'abcd1234567',
  'iloveyou12',
  'letmein123',
  'administrator',
  'adminadmin',
  'changeme123',
  'welcome123',
  'sakura1234',
  'qwer1234567',
]

/** Throws `weak_password`. */
export function requireStrongPassword(password: string, user: string): void {
  const text = password.normalize('NFKC').toLowerCase()
  const name = user.split('@')[0] ?? user
  const weak =
    new Set(text).size < 5 ||
    COMMON.some(common => text.replace(/[!.?]+$/, '') === common) ||
    isRun(text) ||
    text === user ||
    (name.length >= 4 && text.replaceAll(name, '').length < 6) ||
    text.replaceAll('mimamori', '').length < 6
  if (weak) throw new AppError('weak_password', 'This password is among the first that are guessed. Choose another.')
}

/** `abcdefghijkl`, `9876543210`. */
function isRun(text: string): boolean {
  const steps = new Set([...text].slice(1).map((letter, at) => letter.charCodeAt(0) - text.charCodeAt(at)))
  return steps.size === 1
}
