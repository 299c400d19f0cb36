import { describe, expect, test } from 'vitest';
import type { AccountId } from '../brand.ts';
import { type AccountQuestion, judgeAccounts } from './account-rule.ts';

const alice = 'a1' as AccountId;
const other = 'a2' as AccountId;
const question: AccountQuestion = {
  accountRule: 'same',
  submitter: { id: alice, name: 'alice@firm.example', ownAccounts: ['alice', 'CORP\\alice'] },
  gateway: { name: 'desk-7', ownerId: alice, ownerName: 'alice@firm.example', sharedWith: [] },
  connectionAccount: '.\\alice',
  serviceAccounts: ['svc-rpa'],
};
const foreignGateway = { ...question.gateway, ownerId: other, ownerName: 'bob@firm.example' };

function check(changes: Partial<AccountQuestion>, expected: string): void {
  const answer = judgeAccounts({ ...question, ...changes });
  expect(answer.ok ? (answer.exception ?? 'yes') : answer.because.legs.join(' ')).toBe(expected);
}

describe('S09: the accounts belong together', () => {
  test('when gateway, submission and account are one person’s', () => check({}, 'yes'));
  test('when the gateway is shared with the person', () =>
    check({ gateway: { ...foreignGateway, sharedWith: [alice] } }, 'yes'));
  test('not when the gateway is another’s', () => check({ gateway: foreignGateway }, 'gateway'));
  test('not when the connection signs in as another', () => check({ connectionAccount: 'bob' }, 'connection'));
  test('and both mismatches are named together', () =>
    check({ gateway: foreignGateway, connectionAccount: 'bob' }, 'gateway connection'));
  test('the spelling of the name does not matter', () => check({ connectionAccount: 'corp\\ALICE' }, 'yes'));
  test('the machine’s own name before the account means the local account', () => {
    const gateway = { ...question.gateway, machineNames: ['Desk-7', 'Desk-8'] };
    check({ gateway, connectionAccount: 'DESK-7\\alice' }, 'yes');
    check({ gateway, connectionAccount: 'desk-9\\alice' }, 'connection');
    check({ gateway, connectionAccount: 'alice@desk-7' }, 'connection');
  });
  test('but its domain does', () => check({ connectionAccount: 'evil\\alice' }, 'connection'));
  test('an address is not a domain account of the same letters', () =>
    check({ connectionAccount: 'alice@corp' }, 'connection'));
  test('a name that cannot be read belongs to nobody', () => check({ connectionAccount: '' }, 'connection'));
});

describe('service accounts', () => {
  test('are refused by the rule same', () => check({ connectionAccount: 'svc-rpa' }, 'connection'));
  test('are an exception that is told, for the audit log', () =>
    check({ accountRule: 'serviceAccounts', connectionAccount: 'svc-rpa' }, 'svc-rpa'));
  test('only when approved for the cluster', () =>
    check({ accountRule: 'serviceAccounts', connectionAccount: 'svc-other' }, 'connection'));
  test('open no gateway that was not shared', () =>
    check({ accountRule: 'serviceAccounts', connectionAccount: 'svc-rpa', gateway: foreignGateway }, 'gateway'));
  test('are no exception for an account that is the person’s own', () =>
    check({ accountRule: 'serviceAccounts', serviceAccounts: ['alice'] }, 'yes'));
});

test('S09: the refusal names all three', () => {
  const answer = judgeAccounts({ ...question, gateway: foreignGateway, connectionAccount: 'bob' });
  const message = answer.ok ? '' : answer.because.message;
  expect(message).toContain('alice@firm.example submits');
  expect(message).toContain('the gateway desk-7 belongs to bob@firm.example');
  expect(message).toContain('the connection signs in as bob');
});
