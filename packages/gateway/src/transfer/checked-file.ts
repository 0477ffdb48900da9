import { checkFileName, checkMediaType, Refusal } from '@sluice/protocol'

export interface OfferedFile {
  readonly name: string
  readonly mediaType: string
  /** Bytes. */
  readonly size: number
}

/** The file with its name as it is kept. Throws `bad-name`, `bad-size`, `file-too-large` or `bad-request` (its type). */
export function checkedFile({ name, mediaType, size }: OfferedFile, maxUploadBytes: number): OfferedFile {
  if (!Number.isSafeInteger(size) || size < 0) throw new Refusal('bad-size')
  if (size > maxUploadBytes) throw new Refusal('file-too-large', { limit: maxUploadBytes })
  return { name: checkFileName(name), mediaType: checkMediaType(mediaType), size }
}
