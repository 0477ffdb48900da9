import type { OutgoingFile } from '../state/kept.ts'

/** A file that somebody is about to send. */
export interface Attachment {
  readonly file: File
  /** With it a file too large to be copied is still there after a reload. */
  readonly handle?: FileSystemFileHandle | undefined
  /** Pixels, of an image that the browser can show. */
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/** Chromium's, https://fs.spec.whatwg.org/ */
type DroppedItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }

const DOCUMENTS = /^(text\/|application\/(pdf|rtf|msword|vnd\.(ms-|openxmlformats|oasis)))/

/** What a file is shown as. An SVG is a document: it can carry scripts, so nothing shows it in place. */
export function kindOfFile({ type }: { type: string }): OutgoingFile['kind'] {
  const main = type.split('/', 1)[0]
  if (type === 'image/svg+xml' || DOCUMENTS.test(type)) return 'document'
  return main === 'image' || main === 'video' || main === 'audio' ? main : 'file'
}

/** Knows the size of an image before it is shown, so that nothing jumps once it is. */
export async function measured(attachment: Attachment): Promise<Attachment> {
  if (kindOfFile(attachment.file) !== 'image') return attachment
  try {
    const bitmap = await createImageBitmap(attachment.file)
    const { width, height } = bitmap
    bitmap.close()
    return { ...attachment, width, height }
  } catch {
    return attachment
  }
}

/** Files of a drop or a paste. To be called before the event is over: the browser takes the handles back then. */
export async function attachmentsOf(transfer: DataTransfer): Promise<Attachment[]> {
  const items = ([...transfer.items] as DroppedItem[]).filter(({ kind }) => kind === 'file')
  const found = items.map((item) => {
    const file = item.getAsFile()
    const handle = item.getAsFileSystemHandle?.().catch(() => null) ?? null
    return { file, handle, isFolder: item.webkitGetAsEntry?.()?.isDirectory === true }
  })
  const attachments = found.map(async ({ file, handle, isFolder }) => {
    if (!file || isFolder) return []
    const held = await handle
    return [{ file, ...(held?.kind === 'file' && { handle: held as FileSystemFileHandle }) }]
  })
  return (await Promise.all(attachments)).flat()
}
