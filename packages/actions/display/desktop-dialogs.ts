import type { DialogService } from '@deskhand/robin';
import { dialogUnavailable } from '../context/no-dialogs.ts';

/** What a desktop can ask beyond a message. A service that only shows messages is still a `DialogService`. */
export interface DesktopDialogs extends DialogService {
  readonly input: (dialog: InputDialog, signal: AbortSignal) => Promise<{ button: OkOrCancel; text: string }>;
  readonly select: (dialog: SelectDialog, signal: AbortSignal) => Promise<{ button: OkOrCancel; indexes: number[] }>;
  readonly date: (dialog: DateDialog, signal: AbortSignal) => Promise<{ button: OkOrCancel; isoDay: string }>;
  readonly paths: (dialog: PathDialog, signal: AbortSignal) => Promise<{ button: OkOrCancel; paths: string[] }>;
}
export type OkOrCancel = 'OK' | 'Cancel';

export interface InputDialog {
  readonly title: string;
  readonly text: string;
  readonly kind: 'SingleLine' | 'Password' | 'Multiline';
  readonly defaultValue: string;
  /** Offered beside a line to type in. */
  readonly choices?: readonly string[];
}
export interface SelectDialog {
  readonly title: string;
  readonly text: string;
  readonly items: readonly string[];
  readonly multiple: boolean;
  readonly selected: readonly number[];
}
export interface DateDialog {
  readonly title: string;
  readonly text: string;
  /** `2026-06-05`: the day that is shown first. */
  readonly isoDay: string;
}
export interface PathDialog {
  readonly title: string;
  readonly wanted: 'file' | 'files' | 'folder';
  readonly startFolder?: string;
  /** Patterns of names, such as `*.txt`. */
  readonly patterns: readonly string[];
}

export function desktopDialogs(service: DialogService): DesktopDialogs {
  if (isDesktop(service)) return service;
  throw dialogUnavailable('this run can show messages at most');
}

const isDesktop = (service: DialogService): service is DesktopDialogs =>
  ['input', 'select', 'date', 'paths'].every((name) => name in service);
