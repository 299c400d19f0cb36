import { type ErrorCode, errorTable } from '@deskhand/protocol/errors.ts';
import { helpOfError } from '@deskhand/protocol/help-links.ts';
import type { ReactNode } from 'react';

interface HelpLinkProps {
  readonly to: string;
  readonly children: ReactNode;
}

/** A guide that the server shows beside the portal, in a tab of its own so that nothing begun here is lost. */
export function HelpLink({ to, children }: HelpLinkProps) {
  return (
    <a href={to} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

/** The stable code of an error, with what the page of errors says of it. Codes of flows and actions have no entry there. */
export function ErrorCodeLink({ code }: { readonly code: string }) {
  if (!Object.hasOwn(errorTable, code)) return <code>{code}</code>;
  return (
    <HelpLink to={helpOfError(code as ErrorCode)}>
      <code>{code}</code>
    </HelpLink>
  );
}
