import { check, finish, hold, type Subject, submit, whenWaits } from './stage.ts';

/** Two accounts share the machine; a second run of one of them has to wait for the first. */
export const twoUsers: Subject = async (stage) => {
  const [anna, ben] = stage.users;
  const first = await hold(stage, anna);
  const second = await hold(stage, ben);
  const states = await Promise.all([first, second].map(({ id }) => stage.client.getRun({ params: { id } })));
  const again = await submit(stage, anna);
  const { because } = await whenWaits(stage, again.id, 'user-busy');
  const startsMeanwhile = again.marks.starts();
  const ended = await finish(stage, first, second, again);
  return [
    check(
      'two users at once: both run on the same machine',
      states.every(({ state }) => state === 'running') && states[0]?.gateway?.id === states[1]?.gateway?.id,
    ),
    check(`same user refused: “${because.message}”`, startsMeanwhile === 0),
    check(
      'and taken when the first one has signed out',
      ended.every(({ state }) => state === 'succeeded'),
    ),
  ];
};
