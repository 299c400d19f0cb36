import type { Run } from '@deskhand/protocol/http/runs.ts';
import { History20Regular } from '@fluentui/react-icons';
import { type ReactNode, useState } from 'react';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { WhyBeforeDialog } from './why-before-dialog.tsx';

/** The question which of two runs went first, from the menu of one of them. */
export function useWhyBefore(): { readonly action: (run: Run) => MenuAction; readonly dialog: ReactNode } {
  const [asked, setAsked] = useState<Run | null>(null);
  return {
    action: (run) => ({
      label: 'Which went first, and why…',
      icon: <History20Regular />,
      onSelect: () => setAsked(run),
    }),
    dialog: asked && <WhyBeforeDialog run={asked} onClose={() => setAsked(null)} />,
  };
}
