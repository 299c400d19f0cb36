import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../ports/accounts.ts';

/** argon2id with 19 MiB and two passes, the smallest setting that current guidance takes. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const argon2Hasher: PasswordHasher = {
  hash: async (password) => await hash(password, options),
  verify: async (stored, password) => {
    try {
      return await verify(stored, password);
    } catch {
      // A hash that cannot be read opens nothing.
      return false;
    }
  },
};
