import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LinkStanding } from '../../ports/machine-probes.ts';

const standingPath = (folder: string): string => join(folder, 'link-standing.json');

interface Written extends LinkStanding {
  readonly pid: number;
}

export interface LinkStandingFile {
  readonly write: (standing: LinkStanding) => void;
  readonly now: () => LinkStanding;
}

/** How the link stands, for whoever looks at the machine while the gateway runs. Worth no sync, and no fault of it counts. */
export function openLinkStanding(folder: string): LinkStandingFile {
  let now: LinkStanding = { isUp: false, because: 'not linked yet', code: null };
  return {
    now: () => now,
    write: (standing) => {
      now = { ...standing, since: new Date().toISOString() };
      try {
        const fresh = `${standingPath(folder)}.new`;
        writeFileSync(fresh, JSON.stringify({ ...now, pid: process.pid } satisfies Written), { mode: 0o600 });
        renameSync(fresh, standingPath(folder));
      } catch {
        // A full disk is told by the journal.
      }
    },
  };
}

/** What the running gateway wrote down last; one that has ended says nothing of now. */
export function readLinkStanding(folder: string, pid: number | null): LinkStanding {
  const unknown: LinkStanding = { isUp: null, because: 'no gateway runs that could be linked', code: null };
  if (pid === null) return unknown;
  try {
    const { pid: writer, ...standing } = JSON.parse(readFileSync(standingPath(folder), 'utf8')) as Written;
    if (writer === pid) return standing;
  } catch {
    // Not written yet.
  }
  return { ...unknown, because: 'the gateway has not said yet whether it is linked' };
}
