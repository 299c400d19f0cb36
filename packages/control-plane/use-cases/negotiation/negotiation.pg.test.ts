import type { ServerMessage } from '@deskhand/protocol/link/messages.ts';
import { linkVersions } from '@deskhand/protocol/link/versions.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { alice, createRunWorld, linuxFacts, type RunWorld, value } from '../../testing/run-world.ts';
import type { OpenLink } from '../link/link-ports.ts';
import type { QuestionReport } from '@deskhand/protocol/link/messages.ts';
import { lookAtPeople } from './look.ts';

const USER = 'waiting1';
type Session = NonNullable<ReturnType<typeof linuxFacts>['sessions']>[number];
const session: Session = {
  ...{ id: '1001:12', user: USER, uid: 1001, locked: true, ours: false, runId: null, display: ':12' },
  state: 'active',
  type: 'x11',
};

let world: RunWorld;
let link: OpenLink;
let questions = 0;
beforeEach(async () => {
  world = await createRunWorld({ users: [USER, 'waiting2'], gateways: ['g1'] });
  link = await world.linkUp('g1', { facts: linuxFacts({ sessions: [session] }), linkVersion: linkVersions.max });
  await setPolicy('ask-once');
});
afterEach(() => world.close());

const setPolicy = (policy: string) =>
  world.database.pool.query('update gateway_cluster set negotiation = $1', [policy]);
/** Another server's use cases over the same database, which may be the one that looks next. */
const look = (): Promise<void> =>
  lookAtPeople(
    {
      ...{ questions: world.stores.questions, queue: world.stores.queue },
      links: { send: (gatewayId, message) => world.sent.push({ gatewayId, message }) > 0 },
      changes: {
        ...{ publish: () => undefined, subscribe: () => () => undefined },
        ...{ nudge: () => undefined, onNudge: () => () => undefined },
      },
      newQuestionId: () => `q${String((questions += 1))}`,
    },
    clusterId(),
  );
const clusterId = (): string => link.clusterId;
type Of<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;
const sent = <Type extends ServerMessage['type']>(type: Type): readonly Of<Type>[] =>
  world.sent.flatMap(({ message }) => (message.type === type ? [message as Of<Type>] : []));
const lastQuestion = (): string => sent('askPerson').at(-1)?.questionId ?? 'none';
const report = (what: QuestionReport, detail = '') =>
  world.say(link, { type: 'questionReport', questionId: lastQuestion(), report: what, detail });
const ask = async () => {
  const run = await world.submit({ user: USER });
  await world.settled();
  await look();
  return run;
};
const explained = async (id: string) => value(await world.runs.explain(alice, id)).members[0]?.questions ?? [];
const history = async (id: string) => value(await world.runs.events(alice, id)).items.map(({ event }) => event);
const factsNow = (...sessions: Session[]) =>
  world.say(link, { type: 'facts', facts: linuxFacts({ version: 2, sessions }) });
const passTime = (minutes: number) =>
  world.database.pool.query(
    `update session_question set asked_at = asked_at - make_interval(secs => $1), sign_out_at = sign_out_at - make_interval(secs => $1)`,
    [minutes * 60],
  );

describe('a run that waits for a person’s session', () => {
  test('has the person asked, once, and says so for whoever looks, with the lock before it', async () => {
    const run = await ask();
    await look();
    expect(sent('askPerson')[0]).toMatchObject({
      user: USER,
      sessionId: '1001:12',
      flowName: 'Flow',
      askedBy: 'Alice',
    });
    expect(new Set(sent('askPerson').map(({ questionId }) => questionId)).size).toBe(1);
    expect(await explained(run.id)).toMatchObject([{ user: USER, state: 'asked', isLocked: true, isForThisRun: true }]);
    await report('not-shown', 'no service');
    expect(await explained(run.id)).toMatchObject([{ trouble: 'no service' }]);
    await report('shown');
    expect(await explained(run.id)).toMatchObject([{ trouble: null }]);
  });

  test('asks nobody while the cluster leaves people alone, and nobody of a gateway of an older release', async () => {
    await setPolicy('off');
    await ask();
    expect(sent('askPerson')).toEqual([]);
    await setPolicy('ask-once');
    link = await world.linkUp('g1', { facts: linuxFacts({ sessions: [session] }), linkVersion: 3 });
    await look();
    expect(sent('askPerson')).toEqual([]);
  });

  test('says beside a gateway of an older release that nobody is asked there, where people are asked and a session is why', async () => {
    link = await world.linkUp('g1', { facts: linuxFacts({ sessions: [session] }), linkVersion: 3 });
    const run = await world.submit({ user: USER });
    await world.settled();
    const noteOf = async () => value(await world.runs.explain(alice, run.id)).members[0]?.cannotAsk;
    expect(await noteOf()).toMatch(/older release: update it\.$/);
    await setPolicy('off');
    expect(await noteOf()).toBeUndefined();
    await setPolicy('ask-again');
    await world.linkUp('g1', { facts: linuxFacts({ sessions: [session] }), linkVersion: linkVersions.max });
    expect(await noteOf()).toBeUndefined();
    await world.linkUp('g1', { facts: linuxFacts({ sessions: [], canUnattended: false }), linkVersion: 3 });
    expect(await noteOf()).toBeUndefined();
  });

  test('“Sign out now” has the session signed out at once, and is written down with who agreed', async () => {
    const run = await ask();
    await report('now');
    await report('now');
    expect(sent('signOutPerson')).toMatchObject([{ user: USER, sessionId: '1001:12' }]);
    await factsNow();
    await report('signed-out');
    expect(await history(run.id)).toEqual(expect.arrayContaining(['ask-person', 'person-agrees', 'sign-out-begins']));
    const { rows } = await world.database.pool.query(`select actor, detail from audit_log where verb = 'sign-out'`);
    expect(rows).toMatchObject([{ actor: 'gateway g1', detail: { user: USER, run: run.id } }]);
  });

  test('“In 10 minutes” is kept by whichever server looks then, after a second notice', async () => {
    const run = await ask();
    await report('later');
    await report('later');
    expect(sent('askPerson').at(-1)).toMatchObject({ notice: 'agreed' });
    expect(await explained(run.id)).toMatchObject([{ state: 'agreed' }]);
    await passTime(9.5);
    await look();
    expect(sent('askPerson').at(-1)).toMatchObject({ notice: 'soon' });
    expect(sent('signOutPerson')).toEqual([]);
    await passTime(1);
    await look();
    expect(sent('signOutPerson')).toHaveLength(1);
  });

  test('what was agreed to can be taken back', async () => {
    const run = await ask();
    await report('later');
    await report('no');
    expect(await explained(run.id)).toMatchObject([{ state: 'declined' }]);
    await passTime(11);
    await look();
    expect(sent('signOutPerson')).toEqual([]);
  });

  test('“No” leaves the session alone and is not asked again, for this run', async () => {
    await ask();
    await report('no');
    await passTime(60);
    await look();
    expect(sent('askPerson')).toHaveLength(1);
    expect(sent('withdrawQuestion')).toHaveLength(1);
  });

  test('takes its question away when it is cancelled', async () => {
    const run = await ask();
    value(await world.runs.cancel(alice, run.id));
    await look();
    expect(sent('withdrawQuestion')).toMatchObject([{ questionId: lastQuestion() }]);
    expect(await history(run.id)).not.toContain('question-is-withdrawn');
  });

  test('a session that does not end is told, and not signed out again', async () => {
    const run = await ask();
    await report('now');
    await report('not-signed-out', 'it did not end');
    await look();
    expect(sent('signOutPerson')).toHaveLength(1);
    expect(await explained(run.id)).toMatchObject([{ state: 'failed', trouble: 'it did not end' }]);
  });

  test('a report of another gateway about the question counts for nothing', async () => {
    const run = await ask();
    const stranger = { ...link, gatewayId: 'g2' };
    await world.say(stranger, { type: 'questionReport', questionId: lastQuestion(), report: 'now', detail: '' });
    expect(await explained(run.id)).toMatchObject([{ state: 'asked' }]);
  });

  test('two servers that look at the same moment ask once', async () => {
    await world.submit({ user: USER });
    await world.settled();
    await Promise.all([look(), look(), look()]);
    const { rows } = await world.database.pool.query('select id from session_question');
    expect(rows).toHaveLength(1);
  });
});
