import type { FileNews, FileTask } from './file-worker.ts'

type OnDone = (bytes: number) => void

/** A file of so many bytes that nobody has seen before, and its SHA-256 in lowercase hex. */
export async function makeFile(size: number, onDone: OnDone): Promise<{ blob: Blob; sha256: string }> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
  const { blob, sha256 } = await run({ seed, size }, onDone)
  if (!blob) throw new Error('the file was not made')
  return { blob, sha256 }
}

/** Lowercase hex. */
export async function hashFile(file: Blob, onDone: OnDone = () => {}): Promise<string> {
  return (await run({ file }, onDone)).sha256
}

/** Off the page's own thread, which has better things to do than to count 200 MB. */
function run(task: FileTask, onDone: OnDone): Promise<{ sha256: string; blob?: Blob }> {
  const worker = new Worker(new URL('./file-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<{ sha256: string; blob?: Blob }>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FileNews>) => {
      if ('done' in data) onDone(data.done)
      else resolve(data)
    }
    worker.onerror = (event) => reject(new Error(event.message || 'the worker failed'))
    worker.postMessage(task)
  }).finally(() => worker.terminate())
}
