/** Another process has this data directory. */
export class DataDirectoryLocked extends Error {
  override readonly name = 'DataDirectoryLocked'
  readonly code = 'data-directory-locked'
  readonly directory: string
  /** Process id of the holder, where it is known. */
  readonly holder: number | undefined

  constructor(directory: string, holder: number | undefined) {
    const who = holder === undefined ? 'another process' : `process ${holder}`
    super(
      `The data directory ${directory} is in use by ${who}. An embedded database serves one process at a time: ` +
        'stop that one, or let both use one PostgreSQL (SLUICE_DATABASE_URL).',
    )
    this.directory = directory
    this.holder = holder
  }
}
