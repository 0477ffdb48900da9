/**
 * A file in the page's private file system: unlike a picked one, its handle needs no permission after a reload. It is
 * fetched from the server of the page, unless it is there.
 */
export async function fileHandle(key: string, name: string): Promise<FileSystemFileHandle> {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle(key, { create: true })
  const held = await folder.getFileHandle(name).catch(() => undefined)
  if (held) return held
  const handle = await folder.getFileHandle(name, { create: true })
  const { body } = await fetch(`file/${key}`)
  const writable = await handle.createWritable()
  if (body) await body.pipeTo(writable)
  else await writable.close()
  return handle
}

/** Turns one byte over. */
export async function changeByte({ $file: key, name }: { $file: string; name: string }, at: number) {
  const handle = await fileHandle(key, name)
  const file = await handle.getFile()
  const [byte = 0] = new Uint8Array(await file.slice(at, at + 1).arrayBuffer())
  const writable = await handle.createWritable({ keepExistingData: true })
  await writable.write({ type: 'write', position: at, data: new Uint8Array([byte ^ 1]) })
  await writable.close()
}

export async function removeFile({ $file: key, name }: { $file: string; name: string }): Promise<void> {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle(key)
  await folder.removeEntry(name)
}
