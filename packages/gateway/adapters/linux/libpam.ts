import { createRequire } from 'node:module';
import type koffiModule from 'koffi';

/**
 * The few calls of libpam that a sign-in needs. They block their thread (directories, fail delay), so only the session
 * leader, a process of its own, loads this file.
 */
export interface PamTransaction {
  /** Proves the password; refuses accounts without one. */
  authenticate(): number;
  /** Asks whether the account may sign in now: expiry, password age, access rules. */
  accountManagement(): number;
  /** Credentials and the session itself: limits, registration with logind, whatever the machine's owner configured. */
  open(): number;
  close(): void;
  /** What the modules want in the session's environment. */
  environment(): Record<string, string>;
}

export const pamCode = {
  success: 0,
  systemError: 4,
  permissionDenied: 6,
  authenticationFailed: 7,
  userUnknown: 10,
  newPasswordRequired: 12,
  accountExpired: 13,
  passwordExpired: 27,
} as const;

const PROMPT_ECHO_OFF = 1;
const PROMPT_ECHO_ON = 2;
const SILENT = 0x8000;
const DISALLOW_EMPTY_PASSWORD = 0x1;
const ESTABLISH_CREDENTIALS = 0x2;
const DELETE_CREDENTIALS = 0x4;
const RESPONSE_BYTES = 16;
const MESSAGES_MAX = 32;
const ENVIRONMENT_ENTRIES_MAX = 256;

type Koffi = typeof koffiModule;

/** `password` is handed to PAM as bytes and never becomes a string, so the caller can wipe it. */
export function startPam(service: string, user: string, password: Buffer | undefined): PamTransaction {
  const { koffi, pam, libc, conversationType } = bind();
  const conversation = koffi.register((count: number, messages: unknown, responses: unknown): number => {
    if (count < 1 || count > MESSAGES_MAX) return pamCode.systemError;
    const array: unknown = libc.calloc(count, RESPONSE_BYTES);
    for (let index = 0; index < count; index++) {
      const style = koffi.decode(koffi.decode(messages, index * 8, 'void *'), 'int') as number;
      const answer = answerTo(style, user, password);
      if (answer === undefined) continue;
      const text: unknown = libc.calloc(answer.length + 1, 1);
      libc.memcpy(text, answer, answer.length);
      koffi.encode(array, index * RESPONSE_BYTES, 'void *', text);
    }
    koffi.encode(responses, 'void *', array);
    return pamCode.success;
  }, conversationType);
  const handleCell: unknown[] = [null];
  const started = pam.start(service, user, { conv: conversation, appdata: null }, handleCell) as number;
  if (started !== pamCode.success) throw new Error(`pam_start answered ${started}`);
  return transaction(koffi, pam, handleCell[0]);
}

function answerTo(style: number, user: string, password: Buffer | undefined): Buffer | undefined {
  if (style === PROMPT_ECHO_OFF) return password;
  return style === PROMPT_ECHO_ON ? Buffer.from(user) : undefined;
}

function transaction(koffi: Koffi, pam: ReturnType<typeof bindPam>, handle: unknown): PamTransaction {
  let last: number = pamCode.success;
  let opened = false;
  const remember = (code: unknown): number => (last = code as number);
  return {
    authenticate: () => remember(pam.authenticate(handle, SILENT | DISALLOW_EMPTY_PASSWORD)),
    accountManagement: () => remember(pam.accountManagement(handle, SILENT)),
    open: () => {
      remember(pam.setCredentials(handle, SILENT | ESTABLISH_CREDENTIALS));
      if (last !== pamCode.success) return last;
      remember(pam.openSession(handle, SILENT));
      opened = last === pamCode.success;
      return last;
    },
    close: () => {
      if (opened) {
        remember(pam.closeSession(handle, SILENT));
        pam.setCredentials(handle, SILENT | DELETE_CREDENTIALS);
      }
      pam.end(handle, last);
    },
    environment: () => environmentOf(koffi, pam.getEnvironment(handle)),
  };
}

function environmentOf(koffi: Koffi, list: unknown): Record<string, string> {
  const entries: [string, string][] = [];
  for (let index = 0; index < ENVIRONMENT_ENTRIES_MAX; index++) {
    const text = koffi.decode(list, index * 8, 'char *') as string | null;
    if (text === null) break;
    const equals = text.indexOf('=');
    if (equals > 0) entries.push([text.slice(0, equals), text.slice(equals + 1)]);
  }
  return Object.fromEntries(entries);
}

const load = createRequire(import.meta.url);
let bound: ReturnType<typeof bindOnce> | undefined;
/** Type names are global in koffi, so the libraries are bound at first use and once. */
const bind = () => (bound ??= bindOnce(load('koffi') as Koffi));

function bindOnce(koffi: Koffi) {
  koffi.struct('DeskhandPamConversationEntry', { conv: 'void *', appdata: 'void *' });
  const conversationType = koffi.pointer(koffi.proto('int DeskhandPamConversation(int, void *, void *, void *)'));
  return { koffi, conversationType, pam: bindPam(koffi), libc: bindLibc(koffi) };
}

function bindPam(koffi: Koffi) {
  const library = koffi.load('libpam.so.0');
  return {
    start: library.func(
      'int pam_start(const char *, const char *, const DeskhandPamConversationEntry *, _Out_ void **)',
    ),
    end: library.func('int pam_end(void *, int)'),
    authenticate: library.func('int pam_authenticate(void *, int)'),
    accountManagement: library.func('int pam_acct_mgmt(void *, int)'),
    setCredentials: library.func('int pam_setcred(void *, int)'),
    openSession: library.func('int pam_open_session(void *, int)'),
    closeSession: library.func('int pam_close_session(void *, int)'),
    getEnvironment: library.func('void *pam_getenvlist(void *)'),
  };
}

function bindLibc(koffi: Koffi) {
  const library = koffi.load('libc.so.6');
  return {
    calloc: library.func('void *calloc(size_t, size_t)'),
    memcpy: library.func('void *memcpy(void *, const void *, size_t)'),
    flock: library.func('int flock(int, int)'),
  };
}

export function loadPam(): void {
  bind();
}

const LOCK_EXCLUSIVE_NOW = 2 | 4;

/** flock(2): the kernel gives the lock back when the process ends, however it ends. */
export function lockFileNow(fileDescriptor: number): boolean {
  return bind().libc.flock(fileDescriptor, LOCK_EXCLUSIVE_NOW) === 0;
}
