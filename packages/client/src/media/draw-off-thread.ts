import { type Drawing, drawPictures, type Pictures } from './draw-pictures.ts'
import type { DrawingAnswer, DrawingRequest } from './image-worker.ts'

const STARTING_MS = 5_000

/**
 * Draws in a worker of its own, which is ended afterwards with all its memory. Where none can be started (a bundle
 * without the worker's file, scripts of another origin, a strict policy) it draws here: browsers decode beside the main thread
 * anyway. Undefined when this browser cannot decode the image. Rejects with the signal's reason.
 */
export async function drawOffThread(
  given: Blob | ImageBitmap,
  { signal, ...drawing }: Drawing & { signal: AbortSignal },
): Promise<Pictures | undefined> {
  signal.throwIfAborted()
  const worker = startedWorker()
  try {
    if (await worker?.isReady) return await worker?.draw({ given, ...drawing }, signal)
  } finally {
    worker?.end()
  }
  signal.throwIfAborted()
  return drawPictures(given, drawing).catch(() => undefined)
}

interface StartedWorker {
  readonly isReady: Promise<boolean>
  draw(request: DrawingRequest, signal: AbortSignal): Promise<Pictures | undefined>
  end(): void
}

function startedWorker(): StartedWorker | undefined {
  let worker: Worker
  try {
    // Spelled as bundlers look for it.
    worker = new Worker(new URL('./image-worker.js', import.meta.url), { type: 'module' })
  } catch {
    return undefined
  }
  const next = (patience: AbortSignal) =>
    new Promise<DrawingAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<DrawingAnswer>) => resolve(data)
      worker.onerror = (event) => {
        event.preventDefault()
        reject(new Error('The worker failed'))
      }
      patience.addEventListener('abort', () => reject(patience.reason), { once: true })
    })
  return {
    isReady: next(AbortSignal.timeout(STARTING_MS)).then(
      (answer) => answer === 'ready',
      () => false,
    ),
    async draw(request, signal) {
      const answered = next(signal)
      worker.postMessage(request, request.given instanceof Blob ? [] : [request.given])
      try {
        const answer = await answered
        return typeof answer === 'object' && 'pictures' in answer ? answer.pictures : undefined
      } catch {
        signal.throwIfAborted()
        return undefined
      }
    },
    end: () => worker.terminate(),
  }
}
