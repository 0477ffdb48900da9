/** A FileSystemFileHandle (File System API), as a page gets it by a picker or a drop; Chromium keeps it for later. */
export interface FileHandle {
  readonly kind: 'file'
  readonly name: string
  getFile(): Promise<File>
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>
}

export function isFileHandle(value: unknown): value is FileHandle {
  return typeof (value as FileHandle | undefined)?.getFile === 'function'
}

/** What an app gives to send: in Node also a path, in a page also a handle. */
export type FileInput = File | Blob | FileHandle | string

/** A file that can be read any number of times, also in parts. */
export interface FileSource {
  /** Without a folder. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mediaType: string
  /** Where a later run finds it again; absent when it lives in memory only. */
  readonly path?: string | undefined
  /** As `path`, in a page. */
  readonly handle?: FileHandle | undefined
  /** Streams the bytes [start, stop), 0 ≤ start ≤ stop ≤ size. Rejects when they cannot be read (any more). */
  read(start: number, stop: number): AsyncIterable<Uint8Array>
  /** The bytes [start, stop) as a Blob, where the platform has that without copying them. */
  slice?(start: number, stop: number): Blob
}

/** Opens what an app gave. Rejects with FileMissing. */
export type OpenFile = (file: FileInput) => Promise<FileSource>

/** There is no such file, or it cannot be read. */
export class FileMissing extends Error {
  override readonly name = 'FileMissing'
}
