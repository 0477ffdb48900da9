import { asOffered } from '../media/as-offered.ts'
import { type FileHandle, type FileInput, FileMissing, type FileSource } from './file-source.ts'
import { fingerprintOf, hashOfSmall, WHOLLY_SAMPLED_BYTES } from './fingerprint.ts'
import { TransferError } from './transfer-error.ts'
import { uploadTexts } from './transfer-texts.ts'
import type { UploadRecord } from './upload-record.ts'
import type { UploadNeeds } from './upload-run.ts'

/** What the app gave in this run. */
export interface GivenUpload {
  readonly file: FileInput | undefined
  readonly fileName?: string | undefined
  readonly handle?: FileHandle | undefined
}

/**
 * Opens the file of an upload: the one given now, else the one it began with, as far as a path or the store leads back
 * to it. The first time, the record takes down what it is; later, it must be the same. Rejects with FileMissing, or
 * TransferError `file_changed`.
 */
export async function prepareFile(
  needs: UploadNeeds,
  record: UploadRecord,
  given: GivenUpload,
): Promise<FileSource> {
  const { openFile, sha256, store, log } = needs
  const input = given.file ?? record.path ?? (await store.files?.find(record.id))
  if (input === undefined) throw new FileMissing('There is no file')
  const source = await asOffered(needs, record, await openFile(input))
  const known = record.file
  if (known && known.size !== source.size) throw changed(record.id)
  // Without one (a foreign client's offer) the hash at the end is what tells.
  const fingerprint = await fingerprintOf(source, sha256)
  if (known?.fingerprint !== undefined && known.fingerprint !== fingerprint) throw changed(record.id)
  if (!known) {
    const { size, mediaType } = source
    record.file = { name: given.fileName ?? source.name, size, mediaType, fingerprint }
    // All of it was just read: its hash goes into the offer and spares a round trip at the end.
    if (size <= WHOLLY_SAMPLED_BYTES) record.sha256 = await hashOfSmall(source, sha256)
    record.hashIsOver = record.sha256 !== undefined
  }
  record.path = source.path
  if (given.file !== undefined && source.path === undefined) {
    // Alongside: the bytes need not wait for a copy of them.
    const kept = { blob: source.slice?.(0, source.size), handle: source.handle ?? given.handle }
    store.files?.keep(record.id, kept).catch((error: unknown) => {
      log('warn', 'a file is not kept for a later run', { id: record.id, error })
    })
  }
  return source
}

function changed(id: string): TransferError {
  const message = uploadTexts(id).changed
  return new TransferError({ code: 'file_changed', statusCode: 412, message, retryable: true })
}
