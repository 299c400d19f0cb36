import { expect, test } from 'vitest';
import type { Timers } from '@deskhand/protocol/timers.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { AttemptInHand, Core } from './core.ts';
import { keyOf } from './attempt-record.ts';
import { createLeftoverSweep, LEFTOVER_SWEEP_INTERVAL_MS } from './sweep-leftovers.ts';

/** A gateway with one attempt in hand, on a machine that shows what was swept and looks when it is told to. */
function gatewayWith(phase: AttemptRecord['phase']) {
  const facts = { runId: 'r1', attempt: 2 };
  const kept: string[][] = [];
  const timers: { readonly delayMs: number; readonly act: () => void }[] = [];
  const world = { kept, timers, looks: 0, calledOff: 0, sweep: (): Promise<readonly string[]> => Promise.resolve([]) };
  const core = {
    inHand: new Map([[keyOf(facts), { facts } as AttemptInHand]]),
    book: { get: () => ({ phase }) },
    host: {
      sweep: (keep: ReadonlySet<string>) => {
        kept.push([...keep]);
        return world.sweep();
      },
    },
    machine: { refresh: () => Promise.resolve((world.looks += 1)) },
    timers: {
      after: (delayMs, act) => {
        timers.push({ delayMs, act });
        return () => (world.calledOff += 1);
      },
    } satisfies Pick<Timers, 'after'>,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const sweeps = createLeftoverSweep(core as unknown as Core);
  sweeps.start();
  const passAMinute = async (): Promise<void> => {
    const before = timers.length;
    timers.at(-1)?.act();
    await expect.poll(() => timers.length).toBe(before + 1);
  };
  return { world, sweeps, passAMinute };
}

test('every minute what belongs to no attempt in hand is swept, and the machine is looked at when something was', async () => {
  const { world, passAMinute } = gatewayWith('running');
  await passAMinute();
  expect(world.kept).toEqual([['r1-2']]);
  expect(world.looks).toBe(0);
  world.sweep = () => Promise.resolve(['r0-1']);
  await passAMinute();
  expect(world.looks).toBe(1);
  expect(world.timers.map(({ delayMs }) => delayMs)).toEqual(Array(3).fill(LEFTOVER_SWEEP_INTERVAL_MS));
});

test('an attempt that has ended keeps its session no longer, although its result is still to be delivered', async () => {
  const { world, passAMinute } = gatewayWith('ended');
  await passAMinute();
  expect(world.kept).toEqual([[]]);
});

test('a sweep that fails is tried again', async () => {
  const { world, passAMinute } = gatewayWith('ended');
  world.sweep = () => Promise.reject(new Error('the disk is away'));
  await passAMinute();
  await passAMinute();
  expect(world.kept).toHaveLength(2);
});

test('a gateway that stops sweeps no more', async () => {
  const { world, sweeps } = gatewayWith('running');
  sweeps.stop();
  expect(world.calledOff).toBe(1);
});
