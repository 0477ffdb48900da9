import { blobFileSource } from './blob-file-source.ts'
import { type FileHandle, type FileInput, FileMissing, type FileSource, isFileHandle } from './file-source.ts'

/** Opens a File, a Blob or a file handle. A page knows no paths. */
export async function openBrowserFile(file: FileInput): Promise<FileSource> {
  if (typeof file === 'string') throw new FileMissing('A page cannot read a path')
  if (!isFileHandle(file)) return blobFileSource(file)
  const held = await permitted(file).catch((cause: unknown) => {
    throw new FileMissing('The file cannot be read', { cause })
  })
  return { ...blobFileSource(held), handle: file }
}

/** After a reload a person has to allow it again, which a page may ask on a gesture only; otherwise this rejects. */
async function permitted(file: FileHandle): Promise<File> {
  try {
    return await file.getFile()
  } catch {
    await file.requestPermission?.({ mode: 'read' })
    return file.getFile()
  }
}
