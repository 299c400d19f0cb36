import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { loadPam, lockFileNow, pamCode, startPam, type PamTransaction } from './libpam.ts';
import type { LeaderAnswer, LeaderOrder } from './leader-protocol.ts';

/**
 * The session leader: a root process of its own that proves the password, holds the account's lock and keeps the PAM
 * session open for as long as the session lives. It is not the gateway because PAM blocks, and because the session has
 * to go on when the gateway dies. The kernel drops its lock when it ends, however it ends.
 */
const ORDER_BYTES_MAX = 65_536;
const NEWLINE = 10;

let transaction: PamTransaction | undefined;
let held = false;
let lock: number | undefined;

function leave(): never {
  transaction?.close();
  if (lock !== undefined) closeSync(lock);
  process.exit(0);
}

function answer(reply: LeaderAnswer): void {
  writeSync(1, `${JSON.stringify(reply)}\n`);
}

function obey(order: LeaderOrder, password: Buffer | undefined): LeaderAnswer {
  if (order.lockFile !== null) {
    lock = openSync(order.lockFile, 'a', 0o600);
    if (!lockFileNow(lock)) return { ok: false, step: 'lock', code: 0 };
  }
  if (password === undefined) return { ok: true, environment: {}, limits: '' };
  transaction = startPam(order.service, order.user, password);
  const authenticated = transaction.authenticate();
  password.fill(0);
  if (authenticated !== pamCode.success) return { ok: false, step: 'authenticate', code: authenticated };
  const allowed = transaction.accountManagement();
  if (allowed !== pamCode.success) return { ok: false, step: 'account', code: allowed };
  if (!order.openSession) return { ok: true, environment: {}, limits: '' };
  const opened = transaction.open();
  if (opened !== pamCode.success) return { ok: false, step: 'open', code: opened };
  return { ok: true, environment: transaction.environment(), limits: readFileSync('/proc/self/limits', 'utf8') };
}

/** The order is a line of JSON followed by the password's bytes, so the password never becomes a string here. */
function takeOrder(received: Buffer): { order: LeaderOrder; password: Buffer | undefined } | undefined {
  const end = received.indexOf(NEWLINE);
  if (end < 0) return undefined;
  const order = JSON.parse(received.toString('utf8', 0, end)) as LeaderOrder;
  if (order.passwordBytes === null) return { order, password: undefined };
  if (received.length < end + 1 + order.passwordBytes) return undefined;
  const password = Buffer.from(received.subarray(end + 1, end + 1 + order.passwordBytes));
  received.fill(0);
  return { order, password };
}

function carryOut({ order, password }: { order: LeaderOrder; password: Buffer | undefined }): void {
  const reply = obey(order, password);
  answer(reply);
  if (!reply.ok || !order.hold) leave();
}

function listen(): void {
  let received: Buffer = Buffer.alloc(0);
  let busy = false;
  process.stdin.on('data', (chunk: Buffer) => {
    if (busy) {
      held = true;
      return;
    }
    received = Buffer.concat([received, chunk]);
    chunk.fill(0);
    if (received.length > ORDER_BYTES_MAX) process.exit(1);
    const taken = takeOrder(received);
    if (taken === undefined) return;
    busy = true;
    carryOut(taken);
  });
  // A gateway that dies before it has written the session down could never find this process again.
  process.stdin.on('end', () => {
    if (!held) leave();
  });
  // Loaded before the order comes: a leader in reserve has this behind it.
  loadPam();
  process.on('SIGTERM', leave);
  setInterval(() => undefined, 2 ** 30);
}

listen();
