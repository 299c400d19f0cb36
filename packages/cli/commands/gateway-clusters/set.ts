import { negotiationPolicies, type NegotiationPolicy } from '@deskhand/domain/session/negotiation/question.ts';
import { argument, type Command, text } from '../../command.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findCluster } from '../find-cluster.ts';
import { timeOption } from '../time-option.ts';
import { asksFairness, fairnessFrom, fairnessOptions } from './fairness-options.ts';

export const set: Command = {
  name: 'gateway-clusters set',
  summary: 'Change settings of a gateway cluster.',
  arguments: [{ syntax: '<cluster>', description: 'name or id' }],
  options: [
    { syntax: '--name <name>', description: 'another name' },
    {
      syntax: '--run-on-all-gateways <yes-or-no>',
      description: 'share the runs among all members',
      choices: ['yes', 'no'],
    },
    { syntax: '--selection <rule>', description: 'who of them takes a run', choices: ['random', 'leastBusy'] },
    { syntax: '--start-deadline <time>', description: 'how long a run may wait, for example 3h' },
    {
      syntax: '--negotiation <rule>',
      description: 'are people in the way asked to sign out',
      choices: [...negotiationPolicies],
    },
    {
      syntax: '--live-view <yes-or-no>',
      description: 'let submitters and admins watch the screens of runs',
      choices: ['yes', 'no'],
    },
    { syntax: '--account-rule <rule>', description: 'who may run as whom', choices: ['same', 'serviceAccounts'] },
    ...fairnessOptions,
  ],
  examples: [
    'deskhand gateway-clusters set kiosks --run-on-all-gateways yes',
    'deskhand gateway-clusters set kiosks --start-deadline 30m --selection leastBusy',
    'deskhand gateway-clusters set kiosks --ageing 30m --share user --lane high=1 --lane short=1:5m',
  ],
  exitCodes: [0, 4, 5, 6, 7],
  run: async (call) => {
    const api = await call.api();
    const name = text(call, 'name');
    const everywhere = text(call, 'runOnAllGateways');
    const liveView = text(call, 'liveView');
    const selection = text(call, 'selection') as 'random' | 'leastBusy' | undefined;
    const negotiation = text(call, 'negotiation') as NegotiationPolicy | undefined;
    const accountRule = text(call, 'accountRule') as 'same' | 'serviceAccounts' | undefined;
    const startDeadlineMs = timeOption(call, 'startDeadline');
    const settings = {
      ...(name === undefined ? {} : { name }),
      ...(everywhere === undefined ? {} : { runOnAllGateways: everywhere === 'yes' }),
      ...(liveView === undefined ? {} : { liveView: liveView === 'yes' }),
      ...(selection === undefined ? {} : { selection }),
      ...(negotiation === undefined ? {} : { negotiation }),
      ...(accountRule === undefined ? {} : { accountRule }),
      ...(startDeadlineMs === undefined ? {} : { startDeadlineMs }),
    };
    if (Object.keys(settings).length === 0 && !asksFairness(call))
      throw usageFailure('Nothing to change was given.', 'deskhand gateway-clusters set --help');
    const cluster = await findCluster(api, argument(call, 0));
    const fairness = fairnessFrom(call, cluster.fairness);
    const body = { ...settings, ...(fairness === undefined ? {} : { fairness }) };
    const changed = await api.updateCluster({ params: { id: cluster.id }, body });
    call.output.one(changed, ({ name }) => `Changed ${name}.`);
    return 0;
  },
};
