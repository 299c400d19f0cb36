import type { MemberAnswer } from './snapshot.ts';

/** What a run's event says of a reason at most; a cluster may have hundreds of members. */
export const WAIT_TEXT_CHARACTERS_MAX = 1_000;
const MEMBERS_NAMED_MAX = 5;

/** Why a run waits, member by member, as one line; members that say the same are named together. */
export function waitText(answers: readonly MemberAnswer[]): string {
  if (answers.length === 0) return 'This cluster has no gateway.';
  const byMessage = Map.groupBy(answers, (answer) => answer.because.message);
  const all = [...byMessage].map(([message, same]) => `${namesOf(same)}: ${message}`).join(' ');
  return all.length <= WAIT_TEXT_CHARACTERS_MAX ? all : `${all.slice(0, WAIT_TEXT_CHARACTERS_MAX - 1).toWellFormed()}…`;
}

function namesOf(answers: readonly MemberAnswer[]): string {
  const named = answers.slice(0, MEMBERS_NAMED_MAX).map(({ name }) => name);
  const more = answers.length - named.length;
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${String(more)} more`;
}

/** Whether two looks at a run found the same reason: numbers in a sentence may change without a new one. */
export function sameReasons(a: readonly MemberAnswer[], b: readonly MemberAnswer[]): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every(({ gatewayId, because }, index) => {
        const other = b[index];
        return other?.gatewayId === gatewayId && other.because.code === because.code;
      }))
  );
}
