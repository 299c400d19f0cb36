import type { exitCodes } from '@deskhand/protocol/errors.ts';

export type ExitCode = keyof typeof exitCodes;
