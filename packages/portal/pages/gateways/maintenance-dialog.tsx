import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { Button, Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Modal } from '../../ui/dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';
import { ProblemView } from '../../ui/states.tsx';

interface MaintenanceDialogProps {
  readonly gateway: Gateway;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Asks why, because everybody whose run waits meanwhile reads it. */
export function MaintenanceDialog({ gateway, onClose, onSaved }: MaintenanceDialogProps) {
  const [note, setNote] = useState(gateway.maintenance?.note ?? '');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const begin = async () => {
    setBusy(true);
    try {
      await api.updateGateway({ params: { id: gateway.id }, body: { maintenance: { note: note.trim() } } });
      noticeDone(`${gateway.name} is in maintenance.`);
      onSaved();
      onClose();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Maintenance of ${gateway.name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <ActionButton appearance="primary" busy={busy} onClick={() => void begin()}>
            {gateway.maintenance ? 'Save note' : 'Begin maintenance'}
          </ActionButton>
        </>
      }
    >
      <p>What runs there goes on, and its deadlines stay. Nothing new is offered to it until somebody ends this.</p>
      <Field label="Why, and until when" hint="Whoever waits for this gateway reads it.">
        <Input
          value={note}
          maxLength={limits.MAINTENANCE_NOTE_LENGTH_MAX}
          onChange={(_event, { value }) => setNote(value)}
        />
      </Field>
      {refusal !== null && <ProblemView error={refusal} />}
    </Modal>
  );
}
