import { expect } from 'chai'
import { MovedClock } from '../../test/scripted-connection.ts'
import { ScriptedServer } from '../../test/scripted-server.ts'
import { XmppConnector } from './xmpp-connector.ts'

async function connected() {
  const server = new ScriptedServer()
  const clock = new MovedClock()
  const { WebSocket } = server
  const connector = new XmppConnector({ url: 'ws://localhost/', domain: 'localhost', WebSocket, clock })
  const connection = await connector.connect({
    credentials: { username: 'alice', password: 'secret' },
    resource: 'one',
    signal: new AbortController().signal,
  })
  const closed = new Promise<string>((resolve) => connection.onClose(resolve))
  return { server, clock, connection, closed }
}

describe('the XMPP connector', () => {
  it('opens a stream and binds its resource', async () => {
    const { connection } = await connected()
    expect(connection.jid).to.equal('alice@localhost/one')
    await connection.close()
  })

  it('cuts the socket of a server that does not close in turn', async () => {
    const { connection, server, clock, closed } = await connected()
    server.closesInTurn = false
    const closing = connection.close()
    await clock.move(1_000)
    await closing
    expect(server.latest.terminated).to.equal(true)
    await closed
  })

  it('tells the end by a conflict from a lost line', async () => {
    const lost = await connected()
    lost.server.latest.drop()
    expect(await lost.closed).to.equal('lost')
    const replaced = await connected()
    replaced.server.latest.refuse('conflict')
    expect(await replaced.closed).to.equal('conflict')
  })
})
