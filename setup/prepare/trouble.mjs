/** A failure that a person can act on: what went wrong in one sentence, and the fix in another. */
export class Trouble extends Error {
  constructor(what, fix) {
    super(what);
    this.fix = fix;
  }
}

/** Progress goes to stderr, because stdout belongs to the command that started the preparation. */
export const say = (line) => process.stderr.write(`deskhand: ${line}\n`);

/** Turns the error codes that an operating system gives into a sentence and a fix; other errors pass unchanged. */
export function explained(error, folder) {
  if (error.code === 'EROFS' || error.code === 'EACCES' || error.code === 'EPERM')
    return new Trouble(
      `This folder cannot be written by ${process.env.USER ?? 'this account'}: ${error.path ?? folder}.`,
      'Clone Deskhand into a folder of your own, or prepare it once with an account that may write there.',
    );
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new Trouble(`The disk of ${folder} is full.`, 'Free about 1 GB there and start again.');
  return error;
}
