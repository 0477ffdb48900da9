import { decodeHttpSlot, encodeSlotRequest, type Preview } from '@sluice/protocol'
import { leave } from '../transfers/http-answer.ts'
import type { HttpBody } from '../transfers/http-transport.ts'
import type { UploadNeeds } from '../transfers/upload-run.ts'
import type { PreviewImage } from './media-care.ts'

const UPLOADING_MS = 10_000

/**
 * Uploads a preview as a file of its own (XEP-0363). Undefined when that does not work at once: the file goes without
 * it. Never rejects.
 */
export async function uploadPreview(
  { session, service, transport, log }: UploadNeeds,
  { blob, width, height }: PreviewImage,
  owner: AbortSignal,
): Promise<Preview | undefined> {
  const signal = AbortSignal.any([owner, AbortSignal.timeout(UPLOADING_MS)])
  const mediaType = blob.type
  try {
    const payload = encodeSlotRequest({ name: 'preview.jpg', size: blob.size, mediaType })
    const answer = await session.request({ type: 'get', to: await service.jid(signal), payload, signal })
    if (!answer) throw new Error('The answer was empty')
    const { putUrl, getUrl, headers } = decodeHttpSlot(answer)
    const response = await transport.send({
      method: 'PUT',
      url: putUrl,
      headers: { ...headers, 'content-type': mediaType },
      body: bodyOf(blob),
      signal,
    })
    await leave(response)
    if (response.status !== 201) throw new Error(`The answer was ${response.status}`)
    return { url: getUrl, mediaType, width, height }
  } catch (error) {
    log('debug', 'a file goes without its preview', { error })
    return undefined
  }
}

function bodyOf(blob: Blob): HttpBody {
  return {
    size: blob.size,
    async *read() {
      yield new Uint8Array(await blob.arrayBuffer())
    },
    blob,
  }
}
