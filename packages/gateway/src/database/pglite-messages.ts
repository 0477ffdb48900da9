/** What the database's worker is asked, and what it answers, each request by its number, in order. */
export type PgliteRequest =
  | {
      readonly type: 'query'
      readonly id: number
      readonly text: string
      readonly values: readonly unknown[]
    }
  | { readonly type: 'close'; readonly id: number }

export type PgliteReply =
  /** The first message: the database is open. */
  | { readonly type: 'ready' }
  | { readonly type: 'rows'; readonly id: number; readonly rows: object[]; readonly rowCount: number }
  | { readonly type: 'closed'; readonly id: number }
  | {
      readonly type: 'failure'
      readonly id: number
      readonly message: string
      readonly sqlState?: string | undefined
      readonly constraint?: string | undefined
    }

export interface PgliteWorkerData {
  /** Folder; absent: in memory. */
  readonly dataDir?: string | undefined
}
