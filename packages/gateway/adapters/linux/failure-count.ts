import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FailureCount } from '@deskhand/domain/preflight/lock-out.ts';
import { PAM_SERVICE } from './pam-service.ts';
import { moduleOf, readPamStack } from './pam-stack.ts';

export interface FailurePlaces {
  readonly services: string;
  readonly configuration: string;
}

const places: FailurePlaces = { services: '/etc/pam.d', configuration: '/etc/security/faillock.conf' };
/** As pam_faillock has them where nothing else is written. */
const defaults: Readonly<Record<string, string>> = {
  deny: '3',
  fail_interval: '900',
  unlock_time: '600',
  dir: '/var/run/faillock',
};
/** A record of pam_faillock: 52 bytes of source, two of nothing, two of status, eight of seconds. */
const RECORD_BYTES = 64;
const STATUS_AT = 54;
const SECONDS_AT = 56;
const IS_VALID = 1;

/** Wrong passwords that the machine has counted; undefined where no pam_faillock counts them for us. */
export function readFailureCount(
  user: string,
  nowMs: number,
  { services, configuration } = places,
): FailureCount | undefined {
  const used = readPamStack(services, PAM_SERVICE)
    .lines.map(moduleOf)
    .filter((one) => one?.module === 'pam_faillock.so');
  if (used.length === 0) return undefined;
  const args = used.flatMap((one) => one?.args ?? []);
  const given = args.find((arg) => arg.startsWith('conf='))?.slice('conf='.length);
  const settings = { ...defaults, ...settingsOf(textOf(given ?? configuration).split('\n')), ...settingsOf(args) };
  const lockedAt = Number(settings['deny']);
  if (!(lockedAt > 0)) return undefined;
  const [intervalS, unlockS] = [Number(settings['fail_interval']), Number(settings['unlock_time'])];
  const failedAtS = failuresIn(bytesOf(join(settings['dir'] ?? '', user)));
  const nowS = nowMs / 1_000;
  const latestS = Math.max(...failedAtS);
  // As the module counts: those near the latest one lock the account, for as long as it is told to.
  const isLocked =
    failedAtS.filter((atS) => latestS - atS < intervalS).length >= lockedAt &&
    !(unlockS > 0 && latestS + unlockS < nowS);
  const failures = isLocked ? lockedAt : failedAtS.filter((atS) => nowS - atS < intervalS).length;
  return { failures, lockedAt };
}

function settingsOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const found = lines.flatMap((line) => {
    const [, name, value] = /^\s*(\w+)\s*=\s*(\S+)/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value === 'never' ? '0' : value] as const];
  });
  return Object.fromEntries(found);
}

function failuresIn(tally: Buffer): readonly number[] {
  const records = Array.from({ length: Math.floor(tally.length / RECORD_BYTES) }, (_, index) => index * RECORD_BYTES);
  return records
    .filter((at) => (tally.readUInt16LE(at + STATUS_AT) & IS_VALID) !== 0)
    .map((at) => Number(tally.readBigUInt64LE(at + SECONDS_AT)));
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // Nobody has failed since the machine started.
    return Buffer.alloc(0);
  }
}

const textOf = (path: string): string => bytesOf(path).toString('utf8');
