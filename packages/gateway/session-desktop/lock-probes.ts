import type { SessionFact } from '@deskhand/domain/session/machine.ts';
import { LOOKING_MARKER } from '../session-helper/helper-messages.ts';
import type { LockVerdict } from '../session-helper/lock-judgement.ts';
import { accountEnvironment, type Entrance } from './entrance.ts';
import type { PersonSession } from './session-listing.ts';

interface Probed {
  readonly at: number;
  readonly verdict: LockVerdict;
}

/** Younger answers are given as they are; older ones are given while a new one is fetched; stale ones are waited for. */
const FRESH_MS = 4_000;
const USABLE_MS = 12_000;
const REMEMBERED_MAX = 500;

const keyOf = ({ fact }: PersonSession): string => `${fact.uid} ${fact.display}`;

type Probe = (entrance: Entrance) => Promise<LockVerdict>;

/** Looks whether people's sessions are locked, and remembers it for a moment so that listing stays quick. */
export class LockProbes {
  private readonly known = new Map<string, Probed>();
  private readonly running = new Map<string, Promise<LockVerdict>>();
  private readonly probe: Probe;
  private readonly changeUser: boolean;

  constructor(probe: Probe, changeUser: boolean) {
    this.probe = probe;
    this.changeUser = changeUser;
  }

  /** A display number is used again by the next session, so an answer is worth nothing once its session has gone. */
  forgetAllBut(sessions: readonly PersonSession[]): void {
    const keys = new Set(sessions.map(keyOf));
    for (const key of this.known.keys()) if (!keys.has(key)) this.known.delete(key);
  }

  /** Undefined when the account cannot open that display: then it is no session of its own. */
  async judge(session: PersonSession, freshness: 'now' | 'lately'): Promise<SessionFact | undefined> {
    const { fact, scanned, account, lockedHint } = session;
    if (fact.type === 'console') return { ...fact, locked: lockedHint ? true : 'unknown' };
    if (fact.type === 'wayland' || scanned === undefined || account === undefined)
      return { ...fact, locked: lockedHint ? true : 'unknown' };
    const entrance: Entrance = {
      account,
      cgroup: '',
      changeUser: this.changeUser,
      limits: [],
      environment: { ...accountEnvironment(account), ...scanned.environment, [LOOKING_MARKER]: '1' },
    };
    const verdict = await this.verdict(keyOf(session), entrance, freshness);
    if (!verdict.access) return undefined;
    return { ...fact, locked: lockedHint ? true : verdict.locked };
  }

  private async verdict(key: string, entrance: Entrance, freshness: 'now' | 'lately'): Promise<LockVerdict> {
    const known = this.known.get(key);
    const age = known === undefined ? Infinity : performance.now() - known.at;
    if (known !== undefined && freshness === 'lately' && age < FRESH_MS) return known.verdict;
    const asked = freshness === 'now' ? this.ask(key, entrance) : (this.running.get(key) ?? this.ask(key, entrance));
    return known !== undefined && freshness === 'lately' && age < USABLE_MS ? known.verdict : asked;
  }

  private ask(key: string, entrance: Entrance): Promise<LockVerdict> {
    const asked = this.probe(entrance).then((verdict) => {
      if (this.known.size >= REMEMBERED_MAX) this.known.clear();
      this.known.set(key, { at: performance.now(), verdict });
      if (this.running.get(key) === asked) this.running.delete(key);
      return verdict;
    });
    this.running.set(key, asked);
    return asked;
  }
}
