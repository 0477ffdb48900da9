import type { FileHandle, FileInput } from '../transfers/file-source.ts'

/** The tables of an account's store. */
export type Table = 'uploads' | 'downloads' | 'media' | 'seen' | 'device' | 'conversations'

/** A finished download as the store keeps it. */
export interface KeptFile {
  /** Bytes. */
  readonly size: number
  readonly path?: string | undefined
  readonly blob?: Blob | undefined
}

export interface FinishedFile {
  /** A checked file name, no path. */
  readonly name: string
  readonly mediaType: string
  readonly downloadDir?: string | undefined
}

/** The part of a download that is here already. Bytes are only ever appended. */
export interface Part {
  /** Bytes held. */
  readonly size: number
  /** Bytes of them that a later run finds, however this one ends. */
  readonly durable: number
  /**
   * The bytes are the caller's again once it settles. Rejects with {@link StorageFull} when there is no room; what was
   * durable before stays.
   */
  append(bytes: Uint8Array): Promise<void>
  /** Forgets every byte, to begin again at 0. */
  reset(): Promise<void>
  /**
   * Streams the bytes [start, stop), 0 ≤ start ≤ stop ≤ size; each chunk is the reader's. Rejects with
   * {@link PartDamaged} when they are lost.
   */
  read(start: number, stop: number): AsyncIterable<Uint8Array>
  /**
   * Turns the part into a finished download; the part is no longer usable. Where downloads are files, it goes to
   * `downloadDir`, or to the store's own when none is given, and replaces no other file.
   */
  finish(file: FinishedFile): Promise<KeptFile>
  /** Forgets the part and closes it. */
  drop(): Promise<void>
  /** Keeps the part for a later run. Idempotent. */
  close(): Promise<void>
}

/**
 * Files of unfinished uploads, for a store where no path leads back to them. What is kept goes with the upload's
 * entry, with `drop`, and with `forget`.
 */
export interface UploadFiles {
  /**
   * Keeps what a later run needs to read the file: a copy of its bytes, else the handle that a person gave, else
   * nothing. Resolves when it is kept, also with nothing; the last call for an id counts.
   */
  keep(id: string, given: GivenFile): Promise<void>
  /** A copy or a handle; undefined when nothing is kept. */
  find(id: string): Promise<FileInput | undefined>
  /** Idempotent; ends a `keep` that is under way. */
  drop(id: string): Promise<void>
}

export interface GivenFile {
  readonly blob?: Blob | undefined
  /** For when there are too many bytes to copy. */
  readonly handle?: FileHandle | undefined
}

/**
 * What a client remembers of one account. Values are plain JSON. A settled `put` or `delete` survives the end of
 * the process, if the store is durable at all; of two writes to one key the later call wins. Once `forget` or
 * `close` was called nothing is taken any more: `put`, `delete`, `part`, and the `finish` of a part, reject.
 */
export interface AccountStore {
  /** Whether several tabs hold it at once. */
  readonly isShared?: boolean
  readonly files?: UploadFiles | undefined
  get(table: Table, key: string): Promise<unknown>
  put(table: Table, key: string, value: unknown): Promise<void>
  /** Idempotent. Of a download it forgets too where its file was put, but not the file. */
  delete(table: Table, key: string): Promise<void>
  /** All entries of a table, in no order; none that was damaged. */
  entries(table: Table): Promise<[key: string, value: unknown][]>
  /** Opens the part of this download, empty when there is none. One holder at a time. */
  part(id: string): Promise<Part>
  /** The finished download, if it is still where it was put. */
  kept(id: string): Promise<KeptFile | undefined>
  /** Forgets everything but files that a person was given. */
  forget(): Promise<void>
  /** Lets another process open it. Idempotent. */
  close(): Promise<void>
}

/** Where clients remember what must outlive a run. */
export interface Store {
  /**
   * Opens the store of one account; two accounts never see each other's entries. Unless it is shared it has one
   * holder at a time: rejects with {@link StoreBusy} while another process (or another client of this one) holds it.
   * Where a store goes on in memory because it cannot write, it reports that.
   */
  open(account: string, report?: (trouble: StorageTrouble) => void): Promise<AccountStore>
}

/** Why something is remembered only until the page is closed. */
export interface StorageTrouble {
  /** There is no room, or the browser gives this page no storage at all. */
  readonly code: 'storage_full' | 'storage_unavailable'
  readonly message: string
}

/** The bytes of a part can no longer be read. */
export class PartDamaged extends Error {
  override readonly name = 'PartDamaged'
}

/** There is no room for more bytes. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull'
}

/** Another process holds the store. It is free at once when that process ends, however it ends. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy'
}
