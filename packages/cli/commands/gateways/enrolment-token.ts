import { argument, type Command } from '../../command.ts';
import { findCluster } from '../find-cluster.ts';

export const enrolmentToken: Command = {
  name: 'gateways enrolment-token',
  summary: 'Make a one-time token with which a machine enrols within an hour.',
  arguments: [{ syntax: '<cluster>', description: 'name or id of the gateway cluster it shall join' }],
  examples: ['deskhand gateways enrolment-token kiosks', 'deskhand gateways enrolment-token kiosks --json=token'],
  exitCodes: [0, 4, 5, 7],
  run: async (call) => {
    const api = await call.api();
    const { id } = await findCluster(api, argument(call, 0));
    const answer = await api.createEnrolmentToken({ params: { id } });
    call.output.one(answer, ({ command, token }) => `${command}\n${token}`);
    call.output.hint(
      `Run the line on the machine before ${answer.expiresAt} and paste the token when it asks. It works once.`,
    );
    call.output.hint('Then start the gateway there: deskhand gateway run');
    return 0;
  },
};
