import type { Attachment } from './attachment.ts'

type Picker = (options: { multiple: boolean }) => Promise<FileSystemFileHandle[]>

/** Asks for files; none when nothing was chosen. Where the browser can, with handles that outlive a reload. */
export async function pickFiles({ multiple = true } = {}): Promise<Attachment[]> {
  const { showOpenFilePicker } = window as { showOpenFilePicker?: Picker }
  if (!showOpenFilePicker) return pickByInput(multiple)
  try {
    const handles = await showOpenFilePicker({ multiple })
    return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return []
    throw error
  }
}

function pickByInput(multiple: boolean): Promise<Attachment[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = multiple
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])].map((file) => ({ file }))))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}
