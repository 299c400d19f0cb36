import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HelperNotification } from '../session-helper/helper-messages.ts';
import { NotifyHelper } from './notify-helper.ts';
import { startNotifyHelper } from './session-helper.ts';
import { buildHelperKit } from './testing/helper-kit.ts';
import { openPersonDesktop, type PersonDesktop } from './testing/person-session.ts';
import { makeAccount, removeAccount, type RealAccount } from './testing/real-accounts.ts';
import { type StandInNotifications, startStandInNotifications } from './testing/stand-in-notifications.ts';
import { until } from './waiting.ts';

const isRoot = process.getuid?.() === 0;
const PATIENCE_MS = 30_000;
/** Pictures of every popup, to be looked at. */
const PICTURES = process.env['DESKHAND_TEST_PICTURES'];

const popup: HelperNotification = {
  title: 'This run is watched by <i>Ada</i> & Bob',
  body: '<b>Invoices</b> & <img src="/etc/passwd"> <a href="x">more</a> &amp; 1 > 0\nPlease leave it alone.',
  urgency: 'normal',
  buttons: [],
  isQuestion: false,
};
const question: HelperNotification = {
  ...popup,
  buttons: [
    { key: 'now', label: 'Sign out now' },
    { key: 'no', label: 'No' },
  ],
  isQuestion: true,
};

describe.runIf(!isRoot)('notifications on a desktop', () => {
  test('need root: these tests make accounts and sign them in', () => undefined);
});

/** Kinds of services that differ in what they say of themselves. */
describe.runIf(isRoot)('a notification service', () => {
  let service: StandInNotifications;
  let helper: NotifyHelper;
  const start = async (capabilities: readonly string[] | null): Promise<void> => {
    service = await startStandInNotifications(capabilities);
    const program = fileURLToPath(new URL('../session-helper/main.ts', import.meta.url));
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: service.address };
    helper = new NotifyHelper(() => spawn(process.execPath, [program, 'notify'], { env }));
  };
  afterEach(() => {
    helper.close({ takesAway: false });
    service.stop();
  });

  test.each([
    ['obeys no markup gets a text as it is', ['actions', 'body'], popup.body],
    [
      'obeys markup gets a text that shows letter by letter',
      ['actions', 'body', 'body-markup'],
      '&lt;b&gt;Invoices&lt;/b&gt; &amp; &lt;img src="/etc/passwd"&gt; &lt;a href="x"&gt;more&lt;/a&gt; &amp;amp; 1 &gt; 0\nPlease leave it alone.',
    ],
    ['says nothing of itself is taken to obey it', null, expect.stringMatching(/^&lt;b&gt;Invoices/)],
  ])('that %s, and a title is text everywhere', async (_, capabilities, body) => {
    await start(capabilities);
    expect(await helper.show(popup)).toBeNull();
    expect(service.shown).toEqual([{ title: popup.title, body, actions: [] }]);
  });

  test('without buttons shows no question that nobody could answer, and says so; other popups it shows', async () => {
    await start(['body']);
    expect(await helper.show(question)).toBe('the notification service has no buttons');
    expect(service.shown).toEqual([]);
    expect(await helper.show({ ...question, isQuestion: false })).toBeNull();
    expect(service.shown).toHaveLength(1);
  });

  test('that says nothing of itself is taken to have buttons', async () => {
    await start(null);
    expect(await helper.show(question)).toBeNull();
    expect(service.shown.map(({ actions }) => actions)).toEqual([['now', 'Sign out now', 'no', 'No']]);
  });
});

describe.runIf(isRoot)('notifications on a desktop', () => {
  let kit: Awaited<ReturnType<typeof buildHelperKit>>;
  let alice: RealAccount;
  let desktop: PersonDesktop;
  let helper: NotifyHelper | undefined;
  beforeAll(async () => {
    kit = await buildHelperKit();
    alice = makeAccount('notified');
    desktop = await openPersonDesktop(alice, true);
  });
  afterEach(() => {
    helper?.close({ takesAway: false });
    helper = undefined;
  });
  afterAll(async () => {
    await desktop?.close();
    removeAccount(alice);
    kit?.remove();
  });

  const screen = async (format: 'rgb' | 'png'): Promise<Buffer> =>
    (await desktop.run('/usr/bin/import', '-window', 'root', `${format}:-`)).stdout;
  /** The same for the same pixels. */
  const look = async (): Promise<string> =>
    createHash('sha256')
      .update(await screen('rgb'))
      .digest('hex');
  const hasService = async (): Promise<boolean> => {
    const ask = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus'];
    const name = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.Notifications'];
    return (await desktop.run('/usr/bin/dbus-send', ...ask, ...name)).stdout.includes('boolean true');
  };
  /** As the account itself, which can end nobody else's. */
  const restartService = async (config: string): Promise<void> => {
    // The one that comes with the desktop may still be starting.
    expect(await until(hasService, PATIENCE_MS)).toBe(true);
    await desktop.run('/bin/sh', '-c', 'pkill -x -U "$(id -u)" dunst');
    expect(await until(async () => !(await hasService()), PATIENCE_MS)).toBe(true);
    const start = `printf '%s' '${config}' >"$HOME/dunstrc"; exec dunst -config "$HOME/dunstrc"`;
    await desktop.run('/bin/sh', '-c', `(${start}) >/dev/null 2>&1 </dev/null &`);
    expect(await until(hasService, PATIENCE_MS)).toBe(true);
  };
  const show = async (notification: HelperNotification): Promise<void> => {
    helper ??= new NotifyHelper(() => startNotifyHelper(kit, desktop.entrance));
    const before = await look();
    expect(await helper.show(notification)).toBeNull();
    let last = before;
    const isDrawn = async (): Promise<boolean> => {
      const [earlier, now] = [last, await look()];
      last = now;
      return now !== before && now === earlier;
    };
    expect(await until(isDrawn, PATIENCE_MS)).toBe(true);
  };
  const picture = async (name: string): Promise<void> => {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(`${PICTURES}/${name}.png`, await screen('png'));
  };

  test('a service that obeys markup draws what people named as one that obeys none', async () => {
    const drawn = new Map<string, string>();
    for (const markup of ['no', 'full']) {
      await restartService(`[global]\n  origin = top-right\n  show_indicators = no\n  markup = ${markup}\n`);
      await show(popup);
      await picture(`markup-${markup}`);
      drawn.set(markup, await look());
      helper?.close({ takesAway: false });
      helper = undefined;
    }
    expect(drawn.get('full')).toBe(drawn.get('no'));
  });
});
