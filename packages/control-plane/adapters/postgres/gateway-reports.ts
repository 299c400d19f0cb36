import type { RunState } from '@deskhand/domain/run/run.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import type { Pool } from 'pg';
import type { AttemptOf, AttemptResult, GatewayLinkStore, ReachedPhase } from '../../ports/gateway-links.ts';
import { logWriter } from './add-logs.ts';
import { json } from './json.ts';
import { named } from './named.ts';
import { statesBefore, statesEndingIn } from './run-states.ts';

type ReportMethods = Pick<GatewayLinkStore, 'setPhase' | 'addLog' | 'addScreenshot' | 'end'>;

/** What an attempt tells of itself while it goes on, and its end. */
export function reportMethods(pool: Pool): ReportMethods {
  return {
    setPhase: (of, phase, sinceAcquireMs) => setPhase(pool, of, phase, sinceAcquireMs),
    addLog: logWriter(pool),
    addScreenshot: async (of, { number, caption, png }) => {
      if (number > limits.SCREENSHOTS_PER_RUN_MAX) return false;
      const rows = await named(
        pool,
        'add-screenshot',
        `insert into run_screenshot (run_id, number, attempt, caption, png)
          select id, $4, attempt, $5, $6 from run where id = $1 and attempt = $2 and gateway_id = $3
          on conflict do nothing returning number`,
        [of.runId, of.attempt, of.gatewayId, number, caption, png],
      );
      return rows.length === 1;
    },
    end: (of, result, reached = []) => endWith(pool, of, result, reached),
  };
}

/** A gateway's durations count from the acquire, by its own clock; a moment never lies in the server's future. */
const moment = (sinceAcquire: string): string =>
  `least(clock_timestamp(), acquired_at + make_interval(secs => ${sinceAcquire} / 1000))`;

const phaseChanges = {
  signingIn: {
    from: ['starting'],
    set: `phase = 'signingIn', signing_in_at = ${moment('$5::float8')}`,
    event: 'sign-in',
  },
  downloading: {
    from: ['starting'],
    set: `phase = 'downloading', downloading_at = ${moment('$5::float8')}`,
    event: 'download',
  },
  running: {
    // A run that is being cancelled may still have begun: that it ran is kept, because it decides what may happen next.
    from: [...statesBefore('start', 'running'), 'cancelling'],
    set: `state = case when state = 'cancelling' then state else 'running' end, phase = null, started_at = ${moment('$5::float8')}`,
    event: 'start',
  },
} as const;

async function setPhase(
  pool: Pool,
  of: AttemptOf,
  phase: keyof typeof phaseChanges,
  sinceAcquireMs: number,
): Promise<boolean> {
  const { from, set, event } = phaseChanges[phase];
  const rows = await named(
    pool,
    `phase-${phase}`,
    `with moved as (
        update run set ${set} where id = $1 and attempt = $2 and gateway_id = $3 and state = any($4) and started_at is null
        returning id, attempt
      ) insert into run_event (run_id, attempt, event, detail, actor)
        select id, attempt, '${event}', '', 'gateway ' || (select name from gateway where id = $3) from moved returning id`,
    [of.runId, of.attempt, of.gatewayId, from, sinceAcquireMs],
  );
  return rows.length === 1;
}

/** When it happened by the gateway's account, else what is said here. */
const since = (ms: string, otherwise: string): string =>
  `case when ${ms} is not null then ${moment(ms)} else ${otherwise} end`;

/** Written once: a repeated result finds the run ended, and one of an uncertain run is kept beside it as a late report. */
const endText = `
  with moved as (
    update run set state = $5, phase = null, outputs = $6, error = $7, ended_at = ${since('$13::float8', 'clock_timestamp()')},
      signing_in_at = ${since('$15::float8', 'signing_in_at')}, downloading_at = ${since('$16::float8', 'downloading_at')},
      started_at = coalesce(started_at, ${since('$17::float8', since('$9::float8', 'null'))}),
      signed_out_at = case when mode = 'unattended' then ${since('$14::float8', 'clock_timestamp()')} end,
      log_lines_unnumbered = $8::int
    where id = $1 and attempt = $2 and gateway_id = $3 and state = any($4) returning id, attempt
  ), late as (
    update run set holds_machine = false where id = $1 and attempt = $2 and gateway_id = $3 and state = 'uncertain' returning id, attempt
  ), freed as (
    update add_on_slot set run_id = null where run_id in (select id from moved union all select id from late)
  ), event as (
    insert into run_event (run_id, attempt, event, detail, actor)
    select m.id, m.attempt, e.event, e.detail, 'gateway ' || (select name from gateway where id = $3)
      from moved m, unnest($10::text[], $11::text[]) as e(event, detail)
    union all
    select l.id, l.attempt, 'late-report', $12, 'gateway ' || (select name from gateway where id = $3) from late l
      where not exists (select 1 from run_event e where e.run_id = l.id and e.attempt = l.attempt and e.event = 'late-report')
  )
  select exists (select 1 from moved) as ended, exists (select 1 from late) as late,
    exists (select 1 from run where id = $1 and attempt = $2 and gateway_id = $3) as known`;

const endEvents = { succeeded: 'succeed', failed: 'fail', cancelled: 'confirmCancel', timedOut: 'expire' } as const;

type Ended = Awaited<ReturnType<GatewayLinkStore['end']>>;

/**
 * Phases in their order and the end in one commit, which is right only for a run that is still starting. In every other
 * case they are written one after the other.
 */
async function endWith(
  pool: Pool,
  of: AttemptOf,
  result: AttemptResult,
  reached: readonly ReachedPhase[],
): Promise<Ended> {
  if (reached.length === 0) return await end(pool, of, result, statesEndingIn(result.state), []);
  const starting = statesEndingIn(result.state).filter((state) => state === 'starting');
  const did = isInOrder(reached) ? await end(pool, of, result, starting, reached) : 'known';
  if (did !== 'known') return did;
  for (const { phase, sinceAcquireMs } of reached) await setPhase(pool, of, phase, sinceAcquireMs);
  return await end(pool, of, result, statesEndingIn(result.state), []);
}

const phaseOrder = { signingIn: 0, downloading: 1, running: 2 } as const satisfies Record<
  ReachedPhase['phase'],
  number
>;

function isInOrder(reached: readonly ReachedPhase[]): boolean {
  return reached.every(({ phase }, at) => {
    const before = reached[at - 1];
    return before === undefined || phaseOrder[before.phase] < phaseOrder[phase];
  });
}

async function end(
  pool: Pool,
  of: AttemptOf,
  result: AttemptResult,
  from: readonly RunState[],
  reached: readonly ReachedPhase[],
): Promise<Ended> {
  const said = result.error === null ? '' : `${result.error.code}: ${result.error.message}`.slice(0, 2_000);
  const msUntil = (phase: ReachedPhase['phase']): number | null =>
    reached.find((one) => one.phase === phase)?.sinceAcquireMs ?? null;
  const [row] = await named<{ ended: boolean; late: boolean; known: boolean }>(pool, 'end-attempt', endText, [
    of.runId,
    of.attempt,
    of.gatewayId,
    from,
    result.state,
    json(result.outputs),
    result.error === null ? null : json(result.error),
    result.logLinesLost,
    result.phasesMs['running'] ?? null,
    [...reached.map(({ phase }) => phaseChanges[phase].event), endEvents[result.state]],
    [...reached.map(() => ''), said.toWellFormed().replaceAll('\0', '')],
    `The gateway reported later that it ${result.state}. ${said}`.trim().toWellFormed().replaceAll('\0', ''),
    result.phasesMs['ending'] ?? null,
    result.phasesMs['ended'] ?? null,
    msUntil('signingIn'),
    msUntil('downloading'),
    msUntil('running'),
  ]);
  if (row?.ended === true) return 'ended';
  if (row?.late === true) return 'late';
  return row?.known === true ? 'known' : 'foreign';
}
