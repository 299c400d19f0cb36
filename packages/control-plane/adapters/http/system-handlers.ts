import { seesEverything } from '@deskhand/domain/account/permissions.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';
import type { Run } from '@deskhand/protocol/http/runs.ts';
import type { systemRoutes } from '@deskhand/protocol/http/system.ts';
import type { InstallationStore, SettingsRecord } from '../../ports/accounts.ts';
import type { AuditReader } from '../../ports/audit.ts';
import type { OverviewStore } from '../../ports/overview.ts';
import { type Caller, done, type Outcome, refuse } from '../../ports/outcome.ts';
import type { SettingsChange } from '../../use-cases/system/change-settings.ts';
import type { StatusRow } from '../../use-cases/system/status-page.ts';
import { type HandlersOf, iso } from './handlers.ts';
import type { LiveEvents, Viewer } from './live-events.ts';
import { outletOf } from './live-reply.ts';

export interface SystemPorts {
  readonly installation: InstallationStore;
  readonly audit: AuditReader;
  readonly overview: OverviewStore;
  readonly events: LiveEvents;
  /** Newest first, only what the caller may see. */
  readonly runsOf: (caller: Caller, filter: { state?: string; limit: number }) => Promise<Run[]>;
  /** Oldest first, only what the caller may see. */
  readonly waitingLongest: (caller: Caller, limit: number) => Promise<Run[]>;
  readonly runsBy: (account: AccountId, limit: number) => Promise<Run[]>;
  readonly viewerOf: (credential: { cookie?: string; bearer?: string }) => Promise<Viewer | undefined>;
  readonly about: {
    readonly version: string;
    readonly postgres: string;
    readonly startedAt: Date;
    readonly status: readonly StatusRow[];
  };
  readonly changeSettings: (caller: Caller, change: SettingsChange) => Promise<Outcome<SettingsRecord>>;
}

const AUDIT_PAGE_DEFAULT = 50;
const HOME_RUNS_MAX = 8;
const inHand = 'offered,starting,running,cancelling';
const endedBadly = 'failed,timedOut,uncertain';

export function systemHandlers(ports: SystemPorts): HandlersOf<typeof systemRoutes> {
  return {
    getHome: async ({ caller }) => {
      const list = (state: string): Promise<Run[]> => ports.runsOf(caller, { state, limit: HOME_RUNS_MAX });
      const [counts, firstSteps, runningRuns, waitingRuns, failedRuns, myRuns] = await Promise.all([
        ports.overview.counts(seesEverything(caller.roles) ? null : caller.id),
        ports.overview.firstSteps(caller.id),
        list(inHand),
        ports.waitingLongest(caller, HOME_RUNS_MAX),
        list(endedBadly),
        ports.runsBy(caller.id, HOME_RUNS_MAX),
      ]);
      return done({ ...counts, runningRuns, waitingRuns, failedRuns, myRuns, firstSteps });
    },
    events: async ({ caller, lastEventId, cookie, bearer, reply }) => {
      const credential = bearer ? { bearer } : cookie ? { cookie } : {};
      const viewer = { id: caller.id, roles: caller.roles };
      const viewerNow = (): Promise<Viewer | undefined> => ports.viewerOf(credential);
      return ports.events.stream(outletOf(reply), { viewer, lastEventId, viewerNow }) === 'streaming'
        ? done(undefined)
        : refuse('server-unavailable', { detail: 'too many live streams are open.' });
    },
    listAuditLog: async ({ query }) => {
      const limit = query.limit ?? AUDIT_PAGE_DEFAULT;
      const before = query.cursor === undefined ? null : Number(query.cursor);
      if (before !== null && (!Number.isSafeInteger(before) || before < 0))
        return refuse('invalid-request', { detail: 'the cursor is not one of ours' });
      const rows = await ports.audit.list({
        actor: query.actor ?? null,
        object: query.object ?? null,
        before,
        // One more than asked for tells whether there is a next page.
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const items = page.map((row) => ({ ...row, at: iso(row.at), detail: { ...row.detail } }));
      return done({ items, nextCursor: rows.length > limit ? String(page.at(-1)?.number) : null });
    },
    getSettings: async () => done(await ports.installation.settings()),
    updateSettings: async ({ caller, body }) => await ports.changeSettings(caller, body),
    getAbout: async () => {
      const { version, postgres, startedAt, status } = ports.about;
      return done({ version, postgres, startedAt: iso(startedAt), status: [...status] });
    },
  };
}
