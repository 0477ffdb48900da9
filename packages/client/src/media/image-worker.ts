import { type Drawing, drawPictures, type Pictures } from './draw-pictures.ts'

export interface DrawingRequest extends Drawing {
  readonly given: Blob | ImageBitmap
}

/** The first says that the worker has started. */
export type DrawingAnswer = 'ready' | { readonly pictures: Pictures } | { readonly failure: string }

// Of a worker's global scope, whose types would not go together with those of a page.
const scope = globalThis as unknown as {
  postMessage(answer: DrawingAnswer): void
  onmessage: (event: MessageEvent<DrawingRequest>) => void
}

scope.onmessage = ({ data: { given, ...drawing } }) => {
  drawPictures(given, drawing).then(
    (pictures) => scope.postMessage({ pictures }),
    (error: unknown) => scope.postMessage({ failure: String(error) }),
  )
}
scope.postMessage('ready')
