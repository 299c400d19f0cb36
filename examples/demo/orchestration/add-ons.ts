import { check, finish, hold, type Subject, submit, whenWaits } from './stage.ts';

/** A pool of one Unattended Add-on: the second unattended run waits, whatever the machines have free. */
export const addOns: Subject = async (stage) => {
  const { client, users } = stage;
  await client.updateSettings({ body: { unattendedAddOns: 1 } });
  const first = await hold(stage, users[0]);
  const second = await submit(stage, users[1]);
  const { because } = await whenWaits(stage, second.id, 'no-add-on');
  const startsMeanwhile = second.marks.starts();
  const ended = await finish(stage, first, second);
  await client.updateSettings({ body: { unattendedAddOns: null } });
  return [
    check(`add-ons, a pool of one: the second unattended run waits: “${because.message}”`, startsMeanwhile === 0),
    check(
      'add-ons: and runs when the first has given it back',
      ended.every(({ state }) => state === 'succeeded'),
    ),
  ];
};
