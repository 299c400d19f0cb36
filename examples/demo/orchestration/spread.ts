import type { Run } from '@deskhand/protocol/http/runs.ts';
import { check, finish, type Stage, type Subject, submit, switchToggle, whenNobodyIsSignedIn } from './stage.ts';

/** A fair choice leaves one of three members out of so many waves of three about once in four thousand times. */
const WAVES_MAX = 8;

/** The same runs with `Run on all gateways in cluster` off and on, counted for each gateway. */
export const spread: Subject = async (stage) => {
  await switchToggle(stage, false);
  const off = countsOf(stage, [...(await wave(stage)), ...(await wave(stage))]);
  await switchToggle(stage, true);
  const runs: Run[] = [];
  let on = countsOf(stage, runs);
  for (let waves = 0; waves < WAVES_MAX && on.includes(0); waves++) {
    runs.push(...(await wave(stage)));
    on = countsOf(stage, runs);
  }
  const said = (counts: readonly number[]): string =>
    stage.machines.map(({ name }, index) => `${name} ${counts[index]}`).join(', ');
  return [
    check(`three gateways, toggle off: ${said(off)}`, off[0] === 6 && off[1] === 0 && off[2] === 0),
    check(`three gateways, toggle on: ${said(on)}`, !on.includes(0)),
  ];
};

/** One run of each account, so that none waits for another. */
async function wave(stage: Stage): Promise<readonly Run[]> {
  await whenNobodyIsSignedIn(stage);
  const runs = await Promise.all(stage.users.map((user) => submit(stage, user)));
  return finish(stage, ...runs);
}

const countsOf = ({ machines }: Stage, runs: readonly Run[]): readonly number[] =>
  machines.map(({ id }) => runs.filter(({ state, gateway }) => state === 'succeeded' && gateway?.id === id).length);
