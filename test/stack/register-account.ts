import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ChatAccount } from './chat-server.ts'

/** XEP-0077 over RFC 7395, before any login. Rejects with the server's answer when it refuses. */
export async function registerAccount(
  websocketUrl: string,
  domain: string,
  { username, password }: ChatAccount,
): Promise<void> {
  const socket = new WebSocket(websocketUrl, ['xmpp'])
  try {
    await once(socket, 'open')
    const features = nextFrame(socket, 'features')
    socket.send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${domain}" version="1.0"/>`)
    await features
    const answered = nextFrame(socket, 'id="register"', "id='register'")
    socket.send(
      `<iq xmlns="jabber:client" type="set" id="register" to="${domain}"><query xmlns="jabber:iq:register">` +
        `<username>${username}</username><password>${password}</password></query></iq>`,
    )
    const answer = await answered
    if (!/type=['"]result['"]/.test(answer)) throw new Error(`${username} is not registered: ${answer}`)
  } finally {
    socket.terminate()
  }
}

function nextFrame(socket: WebSocket, ...texts: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.on('message', (data) => {
      const frame = String(data)
      if (texts.some((text) => frame.includes(text))) resolve(frame)
    })
    socket.once('close', (code) => reject(new Error(`the server closed with ${code}`)))
  })
}
