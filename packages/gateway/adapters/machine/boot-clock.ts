import { readFileSync } from 'node:fs';
import type { BootClock } from '../../ports/machine.ts';

/** CLOCK_BOOTTIME as the kernel prints it; unlike the clock of timers it goes on while the machine sleeps. */
export function openBootClock(): BootClock {
  return {
    nowMs: () => Math.round(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000),
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  };
}
