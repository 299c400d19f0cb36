import { ActionError, type ActionErrorCode } from '@deskhand/robin';

/**
 * One table of error codes per module. Power Automate documents titles only; its code is the title in PascalCase ending
 * in `Error` (robin.md §6), with `n't` written out: `Can't copy file` → `CannotCopyFileError`.
 */
export type ErrorTable<Code extends string> = { readonly [C in Code]: ActionErrorCode };

export function errorTable<const T extends Readonly<Record<string, string>>>(titles: T): ErrorTable<keyof T & string> {
  const entries = Object.entries(titles).map(([code, title]) => [code, { code, title }]);
  return Object.fromEntries(entries) as ErrorTable<keyof T & string>;
}

export function codeOfTitle(title: string): string {
  const spelled = title
    .replaceAll(/\bcan't\b/gi, 'cannot')
    .replaceAll(/n't\b/g, ' not')
    .replaceAll(/'s\b/g, 's');
  const words = spelled.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /error$/i.test(pascal) ? pascal.replace(/error$/i, 'Error') : `${pascal}Error`;
}

export const failure = (error: ActionErrorCode, message: string, cause?: unknown): ActionError =>
  new ActionError(error.code, message, cause === undefined ? '' : reasonOf(cause));

/** What went wrong as one line; a system error keeps its code, because people search for `EACCES`. */
export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The `code` of an error of Node. An error of another realm is no `Error` here, so only the property is looked at. */
export const systemCodeOf = (cause: unknown): string | undefined =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : undefined;
