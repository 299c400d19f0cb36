import { check, finish, hold, type Subject, submit, switchToggle, whenOver } from './stage.ts';

const START_DEADLINE_MS = 6_000;

/**
 * With the toggle on, one member is disabled and one is offline: the third takes the runs. Then that one is busy too, and
 * a run that waits for it meets its start deadline.
 */
export const membersAway: Subject = async (stage) => {
  const { client, machines, users } = stage;
  const [busy, disabled, offline] = machines;
  await switchToggle(stage, true);
  await client.updateGateway({ params: { id: disabled.id }, body: { enabled: false } });
  await offline.switchOff();
  const words = await Promise.all(
    [disabled, offline].map(async ({ id }) => (await client.getGateway({ params: { id } })).health.word),
  );
  const runs = await Promise.all(users.map((user) => submit(stage, user)));
  const taken = (await finish(stage, ...runs)).filter(
    ({ state, gateway }) => state === 'succeeded' && gateway?.id === busy.id,
  );

  const held = await hold(stage, users[0]);
  const late = await whenOver(stage, (await submit(stage, users[0], { startDeadlineMs: START_DEADLINE_MS })).id);
  await finish(stage, held);
  await client.updateGateway({ params: { id: disabled.id }, body: { enabled: true } });
  await offline.switchOn();
  const details = late.error?.details?.split('\n') ?? [];
  return [
    check(`an offline and a disabled member are shown: ${words.join(', ')}`, words.join() === 'Disabled,Offline'),
    check(`and get nothing: ${busy.name} took ${taken.length} of ${runs.length}`, taken.length === runs.length),
    check(
      `start deadline: ${late.display}, ${late.error?.code ?? 'no error'}`,
      late.state === 'timedOut' && late.error?.code === 'NoCandidateMachine',
    ),
    ...machines.map(({ name }) => {
      const reason = details.find((line) => line.startsWith(`${name}: `));
      return check(`start deadline, last reason of ${reason ?? `${name}: none`}`, reason !== undefined);
    }),
  ];
};
