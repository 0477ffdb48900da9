import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeChatMessage } from '@sluice/protocol'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import type { StanzaUser } from '../stack/stanza-user.ts'
import type { Account, ForeignLink } from './stage.ts'

const CORS = new Map([
  ['access-control-allow-origin', '*'],
  ['access-control-allow-headers', 'if-range, range'],
  ['access-control-expose-headers', 'content-range, etag'],
])

/** A file server that is not ours, and a message with a link to it, sent by a client that knows nothing of our media. */
export async function openForeignLink(
  user: StanzaUser,
  { to, messageId, size }: { to: Account; messageId: string; size: number },
): Promise<ForeignLink> {
  let version = 1
  let gone: number | undefined
  const bytes = () => new SeededBytes(`${messageId}/${version}`, size)
  const server = createServer((request, response) => {
    // A page reads it, too.
    response.setHeaders(CORS)
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    if (gone !== undefined) {
      response.writeHead(gone, { 'Content-Type': 'text/html' }).end('<h1>No such file</h1>')
      return
    }
    const etag = `"v${version}"`
    const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? []
    const partial = from !== undefined && (request.headers['if-range'] ?? etag) === etag
    const start = partial ? Number(from) : 0
    response.writeHead(partial ? 206 : 200, {
      ETag: etag,
      'Content-Length': size - start,
      'Content-Type': 'image/jpeg',
      ...(partial ? { 'Content-Range': `bytes ${start}-${size - 1}/${size}` } : {}),
    })
    const pieces = bytes().from(start)
    // Slowly, so that there is a middle to stop in.
    const timer = setInterval(() => {
      const piece = pieces.next()
      if (!piece.done) return response.write(piece.value)
      clearInterval(timer)
      return response.end()
    }, 5)
    response.on('close', () => clearInterval(timer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/photo.jpg`

  await user.send(
    encodeChatMessage({
      id: messageId,
      to: to.jid,
      chat: 'chat',
      originId: messageId,
      media: { url, kind: 'image', name: 'photo.jpg', size, mediaType: 'image/jpeg' },
    }),
  )
  return {
    sha256: () => bytes().sha256(),
    change: () => {
      version += 1
    },
    expire: (status) => {
      gone = status
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
