import { closeSync, constants, lstatSync, openSync, readFileSync } from 'node:fs';
import type { DemoAccount } from './account.ts';
import { livingProcesses, processesMarked } from './processes.ts';

/** What a run of where-am-i.robin wrote down about the session it found itself in. */
export interface Report {
  readonly user: string;
  readonly uid: string;
  readonly session: string;
  readonly display: string;
}

export interface Check {
  readonly what: string;
  readonly holds: boolean;
}

const check = (what: string, holds: boolean): Check => ({ what, holds });

/** The folder belongs to the account, so the file in it may be anything but what we asked for. */
export function textWrittenBy(path: string): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      // Robin's UTF-8 files begin with a byte order mark, as those of Windows do.
      return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

export function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(textWrittenBy(path)) as Report;
  } catch {
    return undefined;
  }
}

export function checkUnattended(report: Report | undefined, account: DemoAccount): readonly Check[] {
  const { uid, session = 'none', display = 'none' } = report ?? {};
  return [
    check(`it ran as ${account.user}: uid ${uid ?? 'not told'}`, uid === String(account.uid)),
    check(`in a session that Deskhand made: ${session}`, session !== 'none'),
    check(`on a display of its own: ${display}`, /^:\d+$/.test(display)),
  ];
}

/** Asked as soon as the server says that it signed out: by then nothing may be left. */
export function checkSignedOut(report: Report | undefined, account: DemoAccount): readonly Check[] {
  const marked = processesMarked(`DESKHAND_SESSION=${report?.session}`);
  const isFresh = account.password !== undefined;
  const left = isFresh ? livingProcesses().filter(({ uid }) => uid === account.uid) : marked;
  return [
    check(`no process of it is left${isFresh ? `, nor any other of ${account.user}` : ''}`, left.length === 0),
    check(`its display is gone: ${report?.display}`, report !== undefined && !ownsDisplay(account, report.display)),
  ];
}

/** Another account may have been given the same number at once. */
function ownsDisplay({ uid }: DemoAccount, display: string): boolean {
  try {
    return lstatSync(`/tmp/.X11-unix/X${display.slice(1)}`).uid === uid;
  } catch {
    return false;
  }
}

interface AttendedFacts {
  readonly account: DemoAccount;
  readonly openDisplays: readonly string[];
  readonly unattended: Report | undefined;
}

export function checkAttended(report: Report | undefined, facts: AttendedFacts): readonly Check[] {
  const { account, openDisplays, unattended } = facts;
  const { uid, display = 'none' } = report ?? {};
  return [
    check(`it ran as ${account.user}: uid ${uid ?? 'not told'}`, uid === String(account.uid)),
    check(`on the display of the open session: ${display}`, openDisplays.includes(display)),
    check(`which the unattended run never saw: ${unattended?.display ?? 'none'}`, unattended?.display !== display),
    check('the session is still open', ownsDisplay(account, display)),
  ];
}
