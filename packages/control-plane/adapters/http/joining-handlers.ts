import type { JoinRequest, joiningRoutes } from '@deskhand/protocol/http/joining.ts';
import type { JoinRecord } from '../../ports/joining.ts';
import { done, type Outcome } from '../../ports/outcome.ts';
import {
  answerJoinRequest,
  challengeMember,
  listJoinRequests,
  readJoinOpening,
  settleJoinRequest,
} from '../../use-cases/gateways/join-members.ts';
import { askToJoin, followJoinRequest, type JoinPorts, revealJoinKey } from '../../use-cases/gateways/joining.ts';
import { type HandlersOf, iso } from './handlers.ts';

export function joiningHandlers(ports: JoinPorts): HandlersOf<typeof joiningRoutes> {
  return {
    askToJoin: async ({ body, origin }) => {
      const answer = await askToJoin(ports, body, origin);
      return answer.ok ? done({ id: answer.value.id, expiresAt: iso(answer.value.expiresAt) }) : answer;
    },
    followJoinRequest: async ({ params, body }) => {
      const answer = await followJoinRequest(ports, params.id, body.token);
      if (!answer.ok) return answer;
      const { state, answer: said, sealedKey } = answer.value;
      return done({ state, answer: said, sealedKey });
    },
    revealJoinKey: async ({ params, body, origin }) =>
      stateOf(await revealJoinKey(ports, { id: params.id, ...body }, origin)),
    challengeMember: async ({ params }) => challengeMember(ports, params.id),
    listJoinRequests: async ({ body }) => {
      const answer = await listJoinRequests(ports, body.member);
      return answer.ok ? done({ items: answer.value.map(toWire) }) : answer;
    },
    answerJoinRequest: async ({ params, body: { member, answer }, origin }) =>
      stateOf(await answerJoinRequest(ports, { member, joinRequestId: params.id, origin }, answer)),
    readJoinOpening: async ({ params, body: { member }, origin }) =>
      readJoinOpening(ports, { member, joinRequestId: params.id, origin }),
    settleJoinRequest: async ({ params, body: { member, sealedKey }, origin }) =>
      stateOf(await settleJoinRequest(ports, { member, joinRequestId: params.id, origin }, sealedKey)),
  };
}

const stateOf = (answer: Outcome<JoinRecord>): Outcome<Pick<JoinRecord, 'state'>> =>
  answer.ok ? done({ state: answer.value.state }) : answer;

const toWire = ({ id, name, publicKey, commitment, state, expiresAt }: JoinRecord): JoinRequest => ({
  id,
  name,
  publicKey,
  commitment,
  state,
  expiresAt: iso(expiresAt),
});
