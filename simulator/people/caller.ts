import type { Caller } from '@deskhand/control-plane/ports/outcome.ts';
import type { AccountId } from '@deskhand/domain/brand.ts';

export const caller: Caller = {
  id: 'alice' as AccountId,
  name: 'Alice',
  email: 'alice@corp.example',
  roles: ['admin', 'maker', 'operator'],
  osAccounts: [],
  origin: 'simulator',
};
