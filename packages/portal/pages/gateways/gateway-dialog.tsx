import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { Field, Input, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';

const NAME_LENGTH_MAX = 120;

interface GatewayDialogProps {
  readonly gateway: Gateway;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Name, order, capacity, and the rehearsal of a Windows policy. */
export function GatewayDialog({ gateway, onClose, onSaved }: GatewayDialogProps) {
  const [name, setName] = useState(gateway.name);
  const [policy, setPolicy] = useState(gateway.policyOverride ?? '');
  const [capacity, setCapacity] = useState(gateway.capacityOverride === null ? '' : String(gateway.capacityOverride));
  const [order, setOrder] = useState(String(gateway.order));
  const save = async () => {
    await api.updateGateway({
      params: { id: gateway.id },
      body: {
        name: name.trim(),
        policyOverride: (policy || null) as Gateway['policyOverride'],
        capacityOverride: capacity === '' ? null : Number(capacity),
        order: Number(order),
      },
    });
    noticeDone(`Changed ${gateway.name}.`);
    onSaved();
  };
  return (
    <FormDialog
      title={`Settings of ${gateway.name}`}
      saveLabel="Save gateway"
      whyNot={name.trim() === '' ? 'Give the gateway a name.' : null}
      save={save}
      onClose={onClose}
    >
      <Field label="Name" required>
        <Input value={name} maxLength={NAME_LENGTH_MAX} onChange={(_event, { value }) => setName(value)} />
      </Field>
      <Field
        label="Session policy"
        hint="A rehearsal makes this Linux machine obey a Windows rule with its own sessions, with the Windows texts."
      >
        <Select value={policy} onChange={(_event, { value }) => setPolicy(value as typeof policy)}>
          <option value="">As the operating system is</option>
          <option value="single-session">Rehearse single-session (Windows 10/11)</option>
          <option value="multi-session">Rehearse multi-session (Windows Server)</option>
          <option value="multi-session-rds">Rehearse multi-session with Remote Desktop Services</option>
        </Select>
      </Field>
      <Field
        label="Sessions at once"
        hint={`Empty: as measured${gateway.machine ? `, now ${gateway.machine.sessionLimit}` : ''}`}
      >
        <Input type="number" min={1} max={500} value={capacity} onChange={(_event, { value }) => setCapacity(value)} />
      </Field>
      <Field
        label="Order in the cluster"
        hint="The online gateway with the lowest number takes every run, unless all of them do."
      >
        <Input type="number" min={0} max={1000} value={order} onChange={(_event, { value }) => setOrder(value)} />
      </Field>
    </FormDialog>
  );
}
