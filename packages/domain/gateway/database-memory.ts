/** What the server's database knows of its own history (DESIGN §7.6). */
export interface DatabaseMemory {
  readonly epoch: string;
  /** Epochs that ended with a restore of this database, or with the proof that it had been set back. */
  readonly formerEpochs: readonly string[];
  /** The highest commit that any gateway was ever told of. */
  readonly commit: number;
}

/** The newest that a gateway has seen of it; a null epoch has seen nothing. */
export interface SeenOfDatabase {
  readonly epoch: string | null;
  readonly commit: number;
}

/**
 * `in-step`: nothing was lost between the two. `restored`: the gateway was last here before a restore that the server knows
 * of. `set-back`: the gateway has seen what this database never held, so it was replaced by an older one and nobody said so.
 */
export type MemoryJudgement = 'in-step' | 'restored' | 'set-back';

/** Each link is told a commit number of its own, so a gateway in step has never seen a higher one than was given out. */
export function judgeMemory(seen: SeenOfDatabase, database: DatabaseMemory): MemoryJudgement {
  if (seen.epoch === null) return 'in-step';
  if (seen.epoch === database.epoch) return seen.commit > database.commit ? 'set-back' : 'in-step';
  return database.formerEpochs.includes(seen.epoch) ? 'restored' : 'set-back';
}
