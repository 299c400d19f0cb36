import { readFile } from 'node:fs/promises';
import type { CapacityFigures, CapacityPlan, PlanChanges } from '@deskhand/protocol/http/capacity.ts';
import type { ApiClient, OperationInput } from '@deskhand/protocol/http/client.ts';
import type { Routes } from '@deskhand/protocol/http/routes.ts';
import { argument, type Call, type Command, flag, text } from '../../command.ts';
import { find } from '../../find.ts';
import { cannot, usageFailure } from '../../terminal/errors.ts';
import { table } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { duration, parseDuration } from '../../terminal/time.ts';
import { findCluster } from '../find-cluster.ts';
import { timeOption } from '../time-option.ts';
import { fairnessFrom, fairnessOptions } from './fairness-options.ts';

type PlanBody = OperationInput<Routes['planCapacity']>['body'];

export const plan: Command = {
  name: 'gateway-clusters plan',
  summary: 'Play the own history, or another load, with other machines, slots, add-ons or times.',
  arguments: [{ syntax: '<cluster>', description: 'name or id' }],
  options: [
    { syntax: '--from <time>', description: 'history from here on; by default the last 14 days' },
    { syntax: '--to <time>', description: 'history until here' },
    { syntax: '--members <count>', description: 'so many machines more, for example +1, or fewer, -1' },
    { syntax: '--slots <count>', description: 'slots of each machine' },
    { syntax: '--add-ons <count>', description: 'unattended add-ons, or unlimited' },
    { syntax: '--run-on-all-gateways <yes-or-no>', description: 'share the runs', choices: ['yes', 'no'] },
    ...fairnessOptions,
    { syntax: '--account-per-flow', description: 'each flow runs as an account of its own' },
    { syntax: '--spread <time>', description: 'runs come later by up to so much, evenly' },
    { syntax: '--shift <time>', description: 'runs come so much later, or earlier with a minus' },
    { syntax: '--flow <flow>', description: 'of this desktop flow only are they shifted' },
    { syntax: '--enough', description: 'how many machines and add-ons it takes so that no run misses its deadline' },
    { syntax: '--per-hour <count>', description: 'instead of the history: so many runs in an hour' },
    { syntax: '--duration <time>', description: 'of them half take longer', default: '2m' },
    { syntax: '--deadline <time>', description: 'how long they may wait', default: '3h' },
    { syntax: '--hours <from-to>', description: 'hours of the day at which they come', default: '0-24' },
    { syntax: '--accounts <count>', description: 'accounts that they are shared among', default: '1' },
    { syntax: '--days <count>', description: 'so many days of it', default: '5' },
    { syntax: '--load <file>', description: 'instead of the history: runs as JSON, see docs/spread-the-load.md' },
  ],
  examples: [
    'deskhand gateway-clusters plan kiosks --members +1',
    'deskhand gateway-clusters plan kiosks --spread 30m --enough',
    'deskhand gateway-clusters plan kiosks --share user --share-at-most 2 --lane high=1',
    'deskhand gateway-clusters plan kiosks --per-hour 30 --duration 4m --deadline 30m --hours 8-18 --accounts 3',
  ],
  exitCodes: [0, 1, 2, 4, 5, 6, 7],
  run: async (call) => {
    const given = { ...spanOf(call), ...(await loadOf(call)) };
    const fixed = changesOf(call);
    const api = await call.api();
    const { id, fairness: now } = await findCluster(api, argument(call, 0));
    const fairness = fairnessFrom(call, now);
    const changes = { ...fixed, ...(fairness && { fairness }), ...(await shiftOf(call, api)) };
    const body = { ...given, changes, enough: flag(call, 'enough') };
    const answer = await api.planCapacity({ params: { id }, body });
    call.output.one(answer, () => planAsText(call.terminal, answer));
    return 0;
  },
};

function spanOf(call: Call): Pick<PlanBody, 'from' | 'to'> {
  return Object.fromEntries(
    ['from', 'to'].flatMap((name) => {
      const written = text(call, name);
      if (written === undefined) return [];
      const at = Date.parse(written);
      if (Number.isNaN(at)) throw usageFailure(`"${written}" is not a time.`, '2026-11-20T08:00:00Z or 2026-11-20');
      return [[name, new Date(at).toISOString()]];
    }),
  );
}

async function loadOf(call: Call): Promise<Pick<PlanBody, 'load' | 'runs'>> {
  const file = text(call, 'load');
  if (file !== undefined) return { runs: await listedRuns(file) };
  const perHour = text(call, 'perHour');
  if (perHour === undefined) return {};
  const [fromHour, toHour] = hoursOf(text(call, 'hours') ?? '0-24');
  return {
    load: {
      perHour: numberOf('--per-hour', perHour, { from: 0, to: 10_000 }),
      durationMs: timeOption(call, 'duration') ?? 120_000,
      startDeadlineMs: timeOption(call, 'deadline') ?? 10_800_000,
      fromHour,
      toHour,
      accounts: numberOf('--accounts', text(call, 'accounts') ?? '1', { from: 1, to: 500 }),
      days: numberOf('--days', text(call, 'days') ?? '5', { from: 1, to: 31 }),
    },
  };
}

async function listedRuns(file: string): Promise<NonNullable<PlanBody['runs']>> {
  try {
    const { runs } = JSON.parse(await readFile(file, 'utf8')) as Pick<PlanBody, 'runs'>;
    if (Array.isArray(runs)) return runs;
  } catch (error) {
    throw cannot(`${file} cannot be read.`, (error as Error).message, 'a file with { "runs": [ … ] }');
  }
  throw cannot(`${file} has no runs.`, 'It is JSON without a list called runs.', 'a file with { "runs": [ … ] }');
}

function hoursOf(written: string): readonly [number, number] {
  const found = /^(\d{1,2}(?:\.\d+)?)-(\d{1,2}(?:\.\d+)?)$/.exec(written);
  if (found === null) throw usageFailure(`"${written}" are not hours.`, '--hours 8-18');
  return [Number(found[1]), Number(found[2])];
}

function numberOf(name: string, written: string, { from, to }: { readonly from: number; readonly to: number }): number {
  const number = written.trim() === '' ? Number.NaN : Number(written);
  if (number >= from && number <= to) return number;
  throw usageFailure(`"${written}" is not a number from ${from} to ${to}.`, `${name} ${Math.max(1, from)}`);
}

function changesOf(call: Call): PlanChanges {
  const [members, slots, addOns] = [text(call, 'members'), text(call, 'slots'), text(call, 'addOns')];
  const everywhere = text(call, 'runOnAllGateways');
  const spreadMs = timeOption(call, 'spread');
  return {
    ...(members === undefined ? {} : { members: numberOf('--members', members, { from: -64, to: 64 }) }),
    ...(slots === undefined ? {} : { slots: numberOf('--slots', slots, { from: 1, to: 500 }) }),
    ...(addOns === undefined ? {} : { addOns: addOnsOf(addOns) }),
    ...(everywhere === undefined ? {} : { runOnAllGateways: everywhere === 'yes' }),
    ...(flag(call, 'accountPerFlow') ? { accountPerFlow: true } : {}),
    ...(spreadMs === undefined ? {} : { spreadMs }),
  };
}

const addOnsOf = (written: string): number | null =>
  written === 'unlimited' ? null : numberOf('--add-ons', written, { from: 0, to: 100_000 });

async function shiftOf(call: Call, api: ApiClient): Promise<Pick<PlanChanges, 'shift'>> {
  const [written, named] = [text(call, 'shift'), text(call, 'flow')];
  if (written === undefined) {
    if (named !== undefined) throw usageFailure('It is not said by how much the flow is shifted.', '--shift 30m');
    return {};
  }
  const ms = parseDuration(written.replace(/^[+-]/, ''));
  if (ms === undefined) throw usageFailure(`"${written}" is not a length of time.`, '--shift 30m or --shift=-1h');
  const flow = named === undefined ? null : find('desktop flow', named, (await api.listFlows()).items).id;
  return { shift: { flow, byMs: written.startsWith('-') ? -ms : ms } };
}

interface Line {
  readonly name: string;
  readonly of: (figures: CapacityFigures) => string;
}

const lines: readonly Line[] = [
  { name: 'machines', of: ({ members, slots }) => `${members} with ${slots} ${slots === 1 ? 'slot' : 'slots'}` },
  { name: 'runs', of: ({ runs }) => String(runs) },
  { name: 'missed deadline', of: ({ missed }) => String(missed) },
  { name: 'wait, half', of: ({ waits }) => duration(waits.p50Ms) },
  { name: 'wait, 95 %', of: ({ waits }) => duration(waits.p95Ms) },
  { name: 'wait, longest', of: ({ waits }) => duration(waits.maxMs) },
  { name: 'slots at once', of: ({ slotsPeak }) => String(slotsPeak) },
  { name: 'add-ons at once', of: ({ addOns, addOnsPeak }) => `${addOnsPeak} of ${addOns ?? 'unlimited'}` },
];

/** Before and after beside one another, and where there is a history what really happened. */
export function planAsText(
  terminal: Terminal,
  { cluster, real, before, after, enough, notes, ...about }: CapacityPlan,
) {
  const was = (name: string): string => {
    if (real === null) return '';
    const known: Readonly<Record<string, string>> = {
      runs: String(real.runs),
      'missed deadline': String(real.missed),
      'wait, half': duration(real.waits.p50Ms),
      'wait, 95 %': duration(real.waits.p95Ms),
      'wait, longest': duration(real.waits.maxMs),
    };
    return known[name] ?? '';
  };
  const columns = [
    { title: '', cell: ({ name }: Line) => name },
    ...(real === null ? [] : [{ title: 'really', cell: ({ name }: Line) => was(name) }]),
    { title: 'as it is', cell: ({ of }: Line) => of(before) },
    ...(after === null ? [] : [{ title: 'with the changes', cell: ({ of }: Line) => of(after) }]),
  ];
  const span = about.from && about.to ? `history from ${about.from} to ${about.to}` : `a ${about.source} load`;
  return [
    `${cluster.name}: ${span}`,
    table(lines, columns, terminal).trimEnd(),
    ...(enough?.says ?? []),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}
