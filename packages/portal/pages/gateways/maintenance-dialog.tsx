import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { limits } from '@deskhand/protocol/limits.ts';
import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { noticeDone } from '../../ui/notices.tsx';

interface MaintenanceDialogProps {
  readonly gateway: Gateway;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Asks why, because everybody whose run waits meanwhile reads it. */
export function MaintenanceDialog({ gateway, onClose, onSaved }: MaintenanceDialogProps) {
  const [note, setNote] = useState(gateway.maintenance?.note ?? '');
  const begin = async () => {
    await api.updateGateway({ params: { id: gateway.id }, body: { maintenance: { note: note.trim() } } });
    noticeDone(`${gateway.name} is in maintenance.`);
    onSaved();
  };
  return (
    <FormDialog
      title={`Maintenance of ${gateway.name}`}
      saveLabel={gateway.maintenance ? 'Save note' : 'Begin maintenance'}
      save={begin}
      onClose={onClose}
    >
      <p>What runs there goes on, and its deadlines stay. Nothing new is offered to it until somebody ends this.</p>
      <Field label="Why, and until when" hint="Whoever waits for this gateway reads it.">
        <Input
          value={note}
          maxLength={limits.MAINTENANCE_NOTE_LENGTH_MAX}
          onChange={(_event, { value }) => setNote(value)}
        />
      </Field>
    </FormDialog>
  );
}
