import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { ActionButton } from './action-button.tsx';
import { Modal } from './dialog.tsx';
import { ProblemView } from './states.tsx';

interface AskDialogProps {
  readonly title: string;
  readonly askLabel: string;
  readonly whyNotAsk: string | null;
  readonly isUnderWay: boolean;
  readonly refusal: unknown;
  readonly onAsk: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What machines answered to a question, with a button that asks it again. */
export function AskDialog({ title, askLabel, whyNotAsk, isUnderWay, refusal, onAsk, ...rest }: AskDialogProps) {
  const { onClose, children } = rest;
  return (
    <Modal
      title={title}
      wide
      onClose={onClose}
      actions={
        <>
          <ActionButton disabledReason={whyNotAsk} busy={isUnderWay} onClick={onAsk}>
            {askLabel}
          </ActionButton>
          <Button appearance="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      {refusal !== null && <ProblemView error={refusal} />}
      {children}
    </Modal>
  );
}
