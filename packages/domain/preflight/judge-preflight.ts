import { assertNever } from '../brand.ts';
import { whyNotAsked } from './ask-in-turn.ts';
import type { NotAsked, PreflightAnswer, PreflightBoard, PreflightMember, PreflightResult } from './preflight.ts';

/** Who can mend what was found. */
export type Mender = 'owner-of-connection' | 'admin-of-machine' | 'admin-of-cluster' | 'nobody';

export interface MemberJudgement {
  /** `yes`: a run would be signed in here. `no`: it would not. `open`: this is not known of the password as it is now. */
  readonly verdict: 'yes' | 'no' | 'open';
  readonly sentence: string;
  /** Empty where there is nothing to do. */
  readonly fix: string;
  readonly mender: Mender;
}

export interface Names {
  readonly accountName: string;
  readonly gatewayName: string;
}

/** What people are told of one member: by its newest answer, and by why it is not asked now. */
export function judgeMember(board: PreflightBoard, member: PreflightMember, accountName: string): MemberJudgement {
  const names = { accountName, gatewayName: member.name };
  const result = board.results.find(({ gatewayId }) => gatewayId === member.gatewayId);
  if (result !== undefined && isOfNow(board, result)) return judgeAnswer(result.answer, names);
  const because = whyNotAsked(board, member);
  if (because !== undefined) return judgeNotAsked(because, names);
  return result === undefined
    ? open('It was not checked yet.')
    : open('It was checked with the password of before only.', 'Check it again.', 'owner-of-connection');
}

const isOfNow = (board: PreflightBoard, result: PreflightResult): boolean =>
  result.passwordVersion === board.passwordVersion;

const open = (sentence: string, fix = '', mender: Mender = 'nobody'): MemberJudgement => ({
  verdict: 'open',
  sentence,
  fix,
  mender,
});
const no = (sentence: string, fix: string, mender: Mender): MemberJudgement => ({
  verdict: 'no',
  sentence,
  fix,
  mender,
});

function judgeAnswer(answer: PreflightResult['answer'], names: Names): MemberJudgement {
  if (answer === 'asked') return open('It is being checked.');
  if (answer === 'unanswered')
    return open(
      'The gateway did not answer in time.',
      'Check it again; restart the gateway if it stays so.',
      'admin-of-cluster',
    );
  return judgements(names)[answer];
}

const enterAgain = 'then enter it in the connection again, which makes it a new one that is checked anew';

function judgements({ accountName, gatewayName }: Names): Readonly<Record<PreflightAnswer, MemberJudgement>> {
  return {
    ok: {
      verdict: 'yes',
      sentence: `${accountName} may sign in, and the password is right.`,
      fix: '',
      mender: 'nobody',
    },
    'account-unknown': no(
      `${gatewayName} knows no account ${accountName}.`,
      'Make the account there, with the password that it has on the other gateways.',
      'admin-of-machine',
    ),
    'not-permitted': no(
      `The rules of the machine do not let ${accountName} sign in.`,
      'Look at its shell, its number and the access rules of the machine (/etc/security/access.conf, /etc/pam.d/deskhand).',
      'admin-of-machine',
    ),
    'account-locked': no(
      `The account ${accountName} is locked, so its password was not tried.`,
      'Unlock it: passwd -u, or faillock --reset after too many wrong passwords.',
      'admin-of-machine',
    ),
    'too-few-tries': open(
      `Somebody has entered wrong passwords for ${accountName}: one more could lock it, so none was tried.`,
      'Sign in once with the right password, or clear the count: faillock --reset.',
      'admin-of-machine',
    ),
    'no-password': open(
      `${accountName} is there. The connection holds no password, so only attended runs can use it.`,
      'Enter the password in the connection.',
      'owner-of-connection',
    ),
    'cannot-open-sealed': no(
      'The gateway cannot open the sealed password: it was sealed to another key, or the gateway holds none.',
      'Enter the password in the connection again; if it stays so, let the gateway join the cluster anew.',
      'owner-of-connection',
    ),
    'not-tried-again': open(
      'The last test ended without an answer and may have counted as a wrong password, so it rests for a day.',
      'Wait, or enter the password in the connection again.',
      'owner-of-connection',
    ),
    'password-wrong': no(
      `The password of ${accountName} is another one here. It was tried once and is not tried again.`,
      `Give the account the same password on every gateway, ${enterAgain}.`,
      'owner-of-connection',
    ),
    'password-expired': no(
      `The password of ${accountName} is right and has expired.`,
      `Change it on the machine or in the directory, ${enterAgain}.`,
      'owner-of-connection',
    ),
    'account-expired': no(
      `The account ${accountName} has expired.`,
      'Give it a later end date: chage -E.',
      'admin-of-machine',
    ),
    'not-supported': open('This gateway signs nobody in, so there is no password to check.'),
    'no-answer': open(
      'The machine or its directory gave no answer about the account.',
      'Examine the gateway (deskhand gateways doctor), then check again.',
      'admin-of-machine',
    ),
  };
}

function judgeNotAsked(because: NotAsked, { accountName }: Names): MemberJudgement {
  switch (because) {
    case 'offline':
      return open(
        'The gateway is offline, so it could not be asked.',
        'Start it, then check again.',
        'admin-of-cluster',
      );
    case 'not-supported':
      return open(
        'This gateway is of an older release that cannot check accounts.',
        'Upgrade Deskhand on its machine.',
        'admin-of-cluster',
      );
    case 'wrong-elsewhere':
      return open(
        `The password of ${accountName} was wrong on another gateway, and the account is one of a directory: it is tried nowhere else.`,
        'Enter the right password in the connection.',
        'owner-of-connection',
      );
    case 'wrong-before':
      return judgements({ accountName, gatewayName: '' })['password-wrong'];
    default:
      return assertNever(because);
  }
}
