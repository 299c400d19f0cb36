import { sayFairness } from '../run-queue/fairness/fairness-texts.ts';
import { RUN_ON_ALL_GATEWAYS, UNATTENDED_ADD_ONS } from '../session/texts.ts';
import type { Enough, NotEnough } from './find-enough.ts';
import type { History } from './history.ts';
import { FURTHER_MEMBERS_MAX, PLANNED_RUNS_MAX, type Planned } from './load.ts';
import { type Cause, type Hindsight, type Remedy, remedyOf, type TriedRemedy } from './timed-out.ts';

const MINUTE_MS = 60_000;

/** How many machines and add-ons it takes, in sentences for whoever has to decide. */
export function enoughInWords(enough: Enough): readonly string[] {
  const { moreSlots } = enough;
  const isSame = moreSlots.isOfAccounts;
  const slots =
    moreSlots.missed === 0
      ? []
      : [
          `More slots on these machines alone would not do: ${runs(moreSlots.missed)} would still miss the start deadline${isSame ? ', because runs of one account wait for one another on a machine' : ''}.`,
        ];
  if (enough.kind === 'not-enough') {
    return [
      `With ${more(FURTHER_MEMBERS_MAX)} ${runs(enough.missed)} would still miss the start deadline.`,
      notEnough[enough.because],
    ];
  }
  const { furtherMembers, switchOn, addOns, addOnsPeak, missedWithOneFewer } = enough;
  const on = switchOn ? `, with ${RUN_ON_ALL_GATEWAYS} switched on` : '';
  return [
    furtherMembers === 0
      ? `The machines that are there are enough${on}: no run misses its start deadline.`
      : `It takes ${more(furtherMembers)}${on}, so that no run misses its start deadline.`,
    ...(missedWithOneFewer === null ? [] : [withOneFewer(missedWithOneFewer)]),
    addOns === null
      ? `${UNATTENDED_ADD_ONS} are unlimited here; at most ${String(addOnsPeak)} would be in use at once.`
      : `${UNATTENDED_ADD_ONS} needed: ${String(addOns)}; at most ${String(addOnsPeak)} could be used at once.`,
    ...(furtherMembers > 0 || switchOn ? slots : []),
  ];
}

const withOneFewer = (missed: number): string =>
  missed === 0 ? 'One machine fewer is enough as well.' : `With one machine fewer ${runs(missed)} would miss it.`;

const notEnough = {
  'same-account':
    'More machines do not help: runs of the same account wait for one another. Another account for some of the flows does (strategy 3).',
  share:
    'More machines do not help: the share of the cluster lets nobody have more runs at work at once. A greater share does, or spreading the runs over time (strategy 1).',
  other: 'Too much comes at once for any number of machines that was tried. Spreading it over time does (strategy 1).',
} as const satisfies Record<NotEnough['because'], string>;

const more = (count: number): string => (count === 1 ? '1 machine more' : `${String(count)} machines more`);
const runs = (count: number): string => (count === 1 ? '1 run' : `${String(count)} runs`);

/** What the figures rest on, and what they do not know. */
export function assumptions({ cluster }: Planned, left: { readonly members: number; readonly addOns: boolean }) {
  const first = cluster.members[0]?.name;
  return [
    'Every machine is taken to be online, well and free of people all the time; nobody moves or cancels runs.',
    ...(left.members > 0
      ? [`${String(left.members)} disabled, quarantined or unknown machines of the cluster take no part.`]
      : []),
    ...(first === undefined ? [] : [`A further machine is one like ${first}.`]),
    ...(left.addOns ? ['Other clusters are taken to use none of the add-ons.'] : []),
  ];
}

/** Which order the queue has in the plays, where it is not the queue order alone. */
export function fairnessInWords(now: Planned, changed: Planned): readonly string[] {
  const rules = ({ cluster }: Planned): string => (cluster.fairness ? sayFairness(cluster.fairness).join(' ') : '');
  const both = [now, changed].flatMap(({ cluster }) => cluster.fairness ?? []);
  const isShareUnknown =
    both.some(({ share }) => share?.by === 'user') && now.load.runs.some((run) => run.submittedById === undefined);
  return [
    ...(rules(now) === '' ? [] : [`The fairness of the cluster is played as it is set now: ${rules(now)}`]),
    ...(rules(changed) === rules(now) ? [] : [`With the changes: ${rules(changed) || 'the queue order alone.'}`]),
    ...(isShareUnknown ? ['The load does not say who submits its runs, so no user has a share of them.'] : []),
    ...(both.some(({ lanes }) => lanes.some((lane) => lane.for === 'short'))
      ? ['How long a flow usually takes is measured by the runs of the load; with fewer than five it is not short.']
      : []),
  ];
}

export function aboutHistory(history: History): readonly string[] {
  const { guessed, refused, attended, isShort, load } = history;
  return [
    ...(isShort ? ['The history is shorter than seven days: what it shows may be any week.'] : []),
    ...(load.runs.length + attended + refused >= PLANNED_RUNS_MAX
      ? [`Only the newest ${String(PLANNED_RUNS_MAX)} runs are looked at.`]
      : []),
    ...(guessed > 0
      ? [`${runs(guessed)} that did not run to the end count with the middle duration of their flow.`]
      : []),
    ...(attended > 0 ? [`${String(attended)} attended runs stay where and when they were.`] : []),
    ...(refused > 0 ? [`${runs(refused)} that a rule refused are left out.`] : []),
  ];
}

const doing = {
  'run-on-all-gateways': `with ${RUN_ON_ALL_GATEWAYS} switched on`,
  'own-account': 'with a connection of an account that no other flow uses',
  'other-hour': 'at another hour',
  'further-machine': 'with one more machine set up alike in the cluster',
} as const satisfies Record<Remedy, string>;

const strategyName = {
  'run-on-all-gateways': 'strategy 2, share the load in a cluster',
  'own-account': 'strategy 3, separate connections',
  'other-hour': 'strategy 1, spread over time',
  'further-machine': 'strategy 2, share the load in a cluster',
} as const satisfies Record<Remedy, string>;

/** What a run that timed out is told. Only what was played is called certain of that play. */
export function hindsightInWords(
  cause: Cause,
  likely: readonly Remedy[],
  hindsight: Hindsight | null,
): readonly string[] {
  if (cause === 'add-ons')
    return [
      `It waited for one of the ${UNATTENDED_ADD_ONS}, which all were in use. A greater pool helps, or another hour (strategy 1, spread over time).`,
    ];
  if (cause === 'not-load')
    return ['No machine was full: what stood in its way was not the load, so none of the three strategies answers it.'];
  const best = hindsight === null ? null : remedyOf(hindsight);
  if (best !== null) return [helped(best), ...alsoHelped(hindsight, best)];
  if (hindsight?.isReproduced === true)
    return [
      'The queue of that time was played again: none of the three strategies alone would have let it start in time.',
    ];
  return [
    'The queue of that time could not be played again so that it shows this. By the last answers of the machines these are likely to help:',
    ...likely.map((remedy) => `${strategyName[remedy]}: ${doing[remedy]}.`),
  ];
}

function helped(tried: TriedRemedy): string {
  return `The queue of that time was played again: ${clause(tried)} (${strategyName[tried.remedy]}).`;
}

function alsoHelped(hindsight: Hindsight | null, best: TriedRemedy): readonly string[] {
  const others = hindsight?.tried.filter((one) => one !== best && one.startsAfterMs !== null) ?? [];
  return others.map((tried) => `Also: ${clause(tried)} (${strategyName[tried.remedy]}).`);
}

function clause({ remedy, byMs, startsAfterMs }: TriedRemedy): string {
  const minutes = Math.round((startsAfterMs ?? 0) / MINUTE_MS);
  const start = minutes === 0 ? 'it would have started at once' : `it would have started after ${String(minutes)} min`;
  const hours = byMs === null ? 0 : Math.abs(byMs) / (60 * MINUTE_MS);
  const when = `${String(hours)} h ${(byMs ?? 0) < 0 ? 'earlier' : 'later'}`;
  return `${remedy === 'other-hour' ? `submitted ${when}` : doing[remedy]}, ${start}`;
}
