import Uppy from '@uppy/core'
import Tus from '@uppy/tus'

const MIB = 1024 * 1024

/** What one run of Uppy did. */
export interface UppyRun {
  readonly uploaded: number
  readonly complete: boolean
  /** The answers, as `method status`. */
  readonly requests: readonly string[]
  /** Where the first PATCH began. */
  readonly from: number
  /** The link that the creation answered. */
  readonly link: string
}

/** Bytes of which each differs from those that are a power of two away. */
function fileOf(size: number): File {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8) * 17 + (at >> 16)) & 0xff
  return new File([bytes], 'from Uppy.bin', { type: 'application/x-test', lastModified: 1 })
}

/**
 * Uploads a file of `size` bytes until it is complete, or until `pauseAt` bytes are there; then it pauses, and with
 * `goOn` goes on in the same page.
 */
async function upload(options: {
  endpoint: string
  token: string
  size: number
  pauseAt?: number
  goOn?: boolean
}): Promise<UppyRun> {
  const { endpoint, goOn = false, pauseAt = Number.POSITIVE_INFINITY, size, token } = options
  const requests: string[] = []
  let uploaded = 0
  let from = -1
  let link = ''
  let hasPaused = false
  const uppy = new Uppy({ autoProceed: false }).use(Tus, {
    endpoint,
    chunkSize: MIB,
    headers: { authorization: `Bearer ${token}` },
    onBeforeRequest(request) {
      if (request.getMethod() === 'PATCH' && from < 0) from = Number(request.getHeader('Upload-Offset'))
    },
    onAfterResponse(request, response) {
      requests.push(`${request.getMethod()} ${response.getStatus()}`)
      if (request.getMethod() === 'POST') link = response.getBody().trim()
    },
  })
  const file = fileOf(size)
  const id = uppy.addFile({ name: file.name, type: file.type, data: file })
  const paused = new Promise<void>((resolve) => {
    uppy.on('upload-progress', (_file, { bytesUploaded }) => {
      uploaded = bytesUploaded || 0
      if (uploaded < pauseAt || hasPaused) return
      hasPaused = true
      uppy.pauseResume(id)
      resolve()
    })
  })
  const done = uppy.upload()
  if (pauseAt < size) await paused
  if (goOn) uppy.pauseResume(id)
  const complete = pauseAt >= size || goOn
  if (complete) {
    const result = await done
    const [failure] = result?.failed ?? []
    if (failure) throw new Error(String(failure.error))
  }
  return { uploaded, complete, requests, from, link }
}

/** SHA-256 in hex of such a file. */
async function hashOf(size: number): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await fileOf(size).arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export const uppy = { upload, hashOf }
Object.assign(globalThis, { uppy })
