import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

const TUS = { 'Tus-Resumable': '1.0.0' }
const PIECE = Buffer.alloc(256 * 1024, 'sluice')

/** Creates an upload and sends it in one PATCH, as fast as the server takes it. Rejects unless all of it is acknowledged. */
export async function uploadOnce(base: string, size: number, headers: Record<string, string>): Promise<void> {
  const creating = request(`${base}/uploads`, {
    method: 'POST',
    headers: { ...TUS, ...headers, 'Upload-Length': size, 'Upload-Metadata': 'filename YmVuY2g=' },
  })
  creating.end()
  const created = await answer(creating)
  if (created.statusCode !== 201) throw new Error(`POST answered ${created.statusCode}`)

  const sending = request(new URL(String(created.headers.location), base), {
    method: 'PATCH',
    headers: {
      ...TUS,
      ...headers,
      'Upload-Offset': 0,
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': size,
    },
  })
  const sent = answer(sending)
  for (let at = 0; at < size; at += PIECE.length) {
    if (!sending.write(PIECE.subarray(0, size - at))) await once(sending, 'drain')
  }
  sending.end()
  const { statusCode, headers: told } = await sent
  if (statusCode !== 204 || Number(told['upload-offset']) !== size)
    throw new Error(`PATCH answered ${statusCode}, offset ${told['upload-offset']}`)
}

async function answer(sent: ReturnType<typeof request>): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}
