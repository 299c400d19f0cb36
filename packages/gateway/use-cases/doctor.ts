import { isMachineFault } from '@deskhand/domain/run/machine-fault.ts';
import type { DoctorReport } from '@deskhand/protocol/doctor.ts';
import type { AttemptFacts } from '../ports/journal.ts';
import type { MachineProbes } from '../ports/machine-probes.ts';
import { nameOf } from './attempt-record.ts';
import type { Core, Doctor, Ending } from './core.ts';
import { examineMachine } from './examine-machine.ts';

/** A report answers every question of the next seconds, so that many who ask cost the machine one look. */
export const REPORT_FRESH_MS = 10_000;
/** Reports about runs of so many accounts are remembered that long. */
const REPORTS_REMEMBERED_MAX = 20;

export function createDoctor(): Doctor {
  const remembered = new Map<string, { readonly atMs: number; readonly report: Promise<DoctorReport> }>();
  return {
    report: (core, run) => {
      const key = run === undefined ? '' : `${run.policy} ${run.user}`;
      const atMs = core.timers.nowMs();
      const known = remembered.get(key);
      if (known !== undefined && atMs - known.atMs < REPORT_FRESH_MS) return known.report;
      if (remembered.size >= REPORTS_REMEMBERED_MAX) remembered.clear();
      const report = examineMachine({ ...core, probes: eyesOf(core) }, run);
      remembered.set(key, { atMs, report });
      return report;
    },
  };
}

/** The probes, with what only the running gateway knows. */
function eyesOf(core: Core): MachineProbes {
  return {
    ...core.probes,
    link: async () =>
      core.link.isUp() ? { isUp: true, because: 'linked to the server', code: null } : await core.probes.link(),
    sessions: async () => {
      const { sessions, sessionLimit } = core.machine.facts();
      const inHand = [...core.inHand.values()].map((one) => one.facts.runId);
      const acquiring = [...core.acquiring.values()].map((one) => one.runId);
      return { sessions, limit: sessionLimit, inHand: new Set([...inHand, ...acquiring]) };
    },
    disk: async () => ({ ...(await core.probes.disk()), journalFault: core.journal.fault() }),
  };
}

/** Answers the server's question. What is lost with the link is asked again. */
export function answerDoctor(core: Core, requestId: string): void {
  core.doctor
    .report(core)
    .then((report) => core.link.send({ type: 'doctorReport', requestId, report }))
    .catch((error: unknown) => core.log.error({ error: String(error) }, 'the machine could not be examined'));
}

/** An ending that is the machine's fault carries how the machine was found to be. */
export async function withDoctorReport(core: Core, facts: AttemptFacts, ending: Ending): Promise<Ending> {
  if (ending.state !== 'failed' || !isMachineFault(ending.error?.code)) return ending;
  try {
    return { ...ending, doctor: await core.doctor.report(core, { policy: facts.policy, user: facts.user }) };
  } catch (error) {
    core.log.error({ ...nameOf(facts), error: String(error) }, 'the machine could not be examined');
    return ending;
  }
}
