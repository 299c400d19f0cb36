import type { DesktopFlow } from '@deskhand/protocol/http/flows.ts';
import { type Call, texts } from '../../command.ts';
import { cannot } from '../../terminal/errors.ts';
import { declaredInput, inputValue, parseInputs } from './inputs.ts';

/** What `--input` says, under the names that the flow declares; sensitive ones sealed to the cluster's key. */
export async function givenInputs(call: Call, flow: DesktopFlow, clusterId: string): Promise<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const [written, value] of parseInputs(texts(call, 'input'))) {
    const declared = declaredInput(written, flow.inputs);
    inputs[declared.name] = declared.sensitive
      ? await sealedInput(call, { clusterId, flowId: flow.id, inputName: declared.name }, value)
      : inputValue(value, declared.type);
  }
  return inputs;
}

interface SealedFor {
  readonly clusterId: string;
  readonly flowId: string;
  readonly inputName: string;
}

/** A sensitive input leaves this process only as something the cluster's gateways can open. */
async function sealedInput(call: Call, sealedFor: SealedFor, value: string) {
  const { inputSealContext, seal } = await import('@deskhand/protocol/seal.ts');
  const cluster = await (await call.api()).getCluster({ params: { id: sealedFor.clusterId } });
  if (cluster.publicKey === null)
    throw cannot(
      `The sensitive input ${sealedFor.inputName} cannot be sent.`,
      `the cluster ${cluster.name} has no key yet, so nobody could open it`,
      'enrol a gateway that signs accounts in',
      'cluster-without-key',
    );
  return { sealed: await seal(cluster.publicKey, value, inputSealContext(sealedFor)) };
}
