/** A row of the `constants` table, as it stands there. */
export interface ConstantRow {
  /** Unique in the table. */
  readonly name: string;
  /** The value as text, whatever type its column has. */
  readonly value: string;
  /** What it means, for a person; empty where the table has none. */
  readonly description: string;
}

/** The table of constants that describes the server to its visitors. */
export interface ConstantsSource {
  /** Every row. @throws Error when the table cannot be read before the deadline */
  read(options: { readonly deadlineMs: number }): Promise<ConstantRow[]>;
  /** Closes the connection; calling it again does nothing. */
  close(): Promise<void>;
}
