import { NIGHTLY_PREFLIGHTS_AT_ONCE_MAX, PREFLIGHT_EVERY_MS } from '@deskhand/domain/preflight/nightly.ts';
import { type AskPorts, goOn } from '../connections/ask-members.ts';

/** Rounds that one sweep looks at; the others have their turn in the next ones. */
const ROUNDS_PER_SWEEP_MAX = 100;

export interface PreflightSweepPorts extends AskPorts {
  readonly newRoundId: () => string;
}

/** Goes on with rounds whose member did not answer or whose server died, and begins those that are due. */
export async function sweepPreflights(ports: PreflightSweepPorts, everyMs = PREFLIGHT_EVERY_MS): Promise<void> {
  const { preflights } = ports;
  const underWay = await preflights.underWay(ROUNDS_PER_SWEEP_MAX);
  for (const connectionId of underWay) await goOn(ports, connectionId);
  const room = NIGHTLY_PREFLIGHTS_AT_ONCE_MAX - underWay.length;
  if (room <= 0) return;
  for (const connectionId of await preflights.due(everyMs, room)) {
    const round = { connectionId, roundId: ports.newRoundId(), begunBy: 'Deskhand' };
    const audit = {
      actor: 'Deskhand',
      verb: 'preflight',
      object: `connection ${connectionId}`,
      detail: {},
      origin: 'clock',
    };
    if ((await preflights.begin(round, audit)) === 'begun') await goOn(ports, connectionId);
  }
}
