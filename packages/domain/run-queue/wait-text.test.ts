import { expect, test } from 'vitest';
import type { GatewayId } from '../brand.ts';
import { reason } from '../placement/reasons.ts';
import type { MemberAnswer } from './snapshot.ts';
import { sameReasons, WAIT_TEXT_CHARACTERS_MAX, waitText } from './wait-text.ts';

const says = (name: string, code: Parameters<typeof reason>[0], message: string): MemberAnswer => ({
  gatewayId: name as GatewayId,
  name,
  because: reason(code, message, ''),
});
const busy = (name: string) => says(name, 'no-free-slot', 'The machine is busy with another run.');

test('members that say the same are named together', () => {
  const offline = says('kiosk-3', 'gateway-offline', 'The gateway kiosk-3 is offline.');
  expect(waitText([busy('kiosk-1'), busy('kiosk-2'), offline])).toBe(
    'kiosk-1, kiosk-2: The machine is busy with another run. kiosk-3: The gateway kiosk-3 is offline.',
  );
});

test('of many members the first few are named', () => {
  const many = Array.from({ length: 8 }, (_, index) => busy(`kiosk-${String(index + 1)}`));
  expect(waitText(many)).toContain('kiosk-1, kiosk-2, kiosk-3, kiosk-4, kiosk-5 and 3 more: ');
});

test('however much the members say, the text is bounded', () => {
  const long = Array.from({ length: 40 }, (_, index) =>
    says(`g${String(index)}`, 'declined', `no ${'x'.repeat(index + 60)}`),
  );
  expect(waitText(long)).toHaveLength(WAIT_TEXT_CHARACTERS_MAX);
});

test('a cluster without gateways says so', () => {
  expect(waitText([])).toBe('This cluster has no gateway.');
});

test('another number in a sentence is no other reason, another code or member is', () => {
  const full = [says('g0', 'no-free-slot', 'All 2 user sessions of the machine are in use.')];
  expect(sameReasons(full, [says('g0', 'no-free-slot', 'All 3 user sessions of the machine are in use.')])).toBe(true);
  expect(sameReasons(full, [says('g0', 'user-busy', 'Another run of alice is using this machine.')])).toBe(false);
  expect(sameReasons(full, [says('g1', 'no-free-slot', 'All 2 user sessions of the machine are in use.')])).toBe(false);
  expect(sameReasons(full, [])).toBe(false);
});
