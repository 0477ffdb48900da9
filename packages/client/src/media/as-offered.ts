import type { FileSource } from '../transfers/file-source.ts'
import { fingerprintOf } from '../transfers/fingerprint.ts'
import type { UploadRecord } from '../transfers/upload-record.ts'
import type { UploadNeeds } from '../transfers/upload-run.ts'

/**
 * The bytes of a file that are sent: of an image without its location, unless the app keeps it. What another device
 * offered with it goes on so. Nothing but an image is ever changed.
 */
export async function asOffered(
  { mediaCare, sha256 }: Pick<UploadNeeds, 'mediaCare' | 'sha256'>,
  { kind, keepsLocation, file: known }: UploadRecord,
  source: FileSource,
): Promise<FileSource> {
  if (kind !== 'image' || keepsLocation) return source
  // An offer without one is a foreign client's, of the file as it is.
  if (known && known.fingerprint === undefined) return source
  const isSame = async () => known?.fingerprint === (await fingerprintOf(source, sha256))
  if (known?.size === source.size && (await isSame())) return source
  return (await mediaCare()).stripLocation(source)
}
