export const PASSWORD_LENGTH_MIN = 12;

/** The few dozen passwords of twelve characters or more that every guessing list begins with, and their patterns. */
const common = [
  /^(.)\1+$/,
  /^(password|passwort|qwertyuiop|1234567890|letmein|welcome|administrator|deskhand)[\d!.]*$/i,
  /^(0123456789|123456789)/,
];

/** Length first, as current guidance has it; no rules about kinds of characters. */
export function isPasswordStrong(password: string): boolean {
  return password.length >= PASSWORD_LENGTH_MIN && !common.some((pattern) => pattern.test(password));
}
