/** Faults as PostgreSQL and its driver report them: the adapter's callers tell them apart by their code alone. */
export class StoreFault extends Error {
  readonly code: string | undefined;
  /** Of a violated constraint. */
  readonly constraint: string | undefined;

  constructor(message: string, code?: string, constraint?: string) {
    super(message);
    this.name = 'StoreFault';
    this.code = code;
    this.constraint = constraint;
  }
}

export const uniqueViolation = (constraint: string): StoreFault =>
  new StoreFault(`duplicate key value violates unique constraint "${constraint}"`, '23505', constraint);
export const foreignKeyViolation = (constraint: string): StoreFault =>
  new StoreFault(`a row violates the foreign key constraint "${constraint}"`, '23503', constraint);
export const serialisationRefused = (): StoreFault =>
  new StoreFault('could not serialize access due to concurrent update', '40001');
export const statementTimeout = (): StoreFault =>
  new StoreFault('canceling statement due to statement timeout', '57014');
export const connectionBroken = (): StoreFault => new StoreFault('read ECONNRESET', 'ECONNRESET');
export const databaseAway = (): StoreFault => new StoreFault('connect ECONNREFUSED', 'ECONNREFUSED');
/** The driver gives this one no code. */
export const poolExhausted = (): StoreFault => new StoreFault('timeout exceeded when trying to connect');
