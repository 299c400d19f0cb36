/** Where the links of this replica write what happens to them; pino's own shape. */
export interface LinkLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
