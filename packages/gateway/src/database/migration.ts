/** One step of the schema. Once released it never changes: a change is another step. */
export interface Migration {
  /** Four digits and what it makes, e.g. `0001-ledger`; the order of the list is the order of the steps. */
  readonly name: string
  /** Run in order, in one transaction, each alone: PGlite takes one statement at a time. */
  readonly statements: readonly string[]
}
