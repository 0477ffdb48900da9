import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'chai'
import Fastify, { type FastifyInstance } from 'fastify'
import { closeHttp, freePort, listen } from './listening.ts'
import { OperatorError } from './operator-error.ts'

describe('listening', () => {
  const host = '127.0.0.1'
  let http: FastifyInstance
  let asked: Promise<void>
  let answer: () => void

  beforeEach(async () => {
    let tell: () => void = () => {}
    asked = new Promise((resolve) => {
      tell = resolve
    })
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    http = Fastify()
    http.get('/', async () => {
      tell()
      await answered
      return 'late'
    })
    await listen(http, { host, port: await freePort(host) })
  })
  afterEach(() => http.close())

  function begin() {
    const { port } = http.server.address() as AddressInfo
    const sent = get({ host, port, agent: false })
    return once(sent, 'response').then(
      ([response]) => (response as IncomingMessage).statusCode,
      () => 'cut off',
    )
  }

  it('names the address when another program has it', async () => {
    const other = createServer().listen(0, host)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const failure = await listen(Fastify(), { host, port }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(OperatorError)
    expect(String(failure)).to.include(`${host}:${port}`)
    other.close()
  })

  it('says in one sentence that an address is not ours', async () => {
    const failure = await listen(Fastify(), { host: '192.0.2.1', port: 0 }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(OperatorError)
  })

  it('says so of a host that is not ours before it has a port', async () => {
    const failure = await freePort('192.0.2.1').catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(OperatorError)
    expect(String(failure)).to.include('cannot listen on 192.0.2.1:0')
  })

  it('lets a request under way finish', async () => {
    const outcome = begin()
    await asked
    const closing = closeHttp(http)
    answer()
    expect(await outcome).to.equal(200)
    await closing
  })

  it('cuts off a request that does not finish in time', async () => {
    const outcome = begin()
    await asked
    await closeHttp(http, 20)
    expect(await outcome).to.equal('cut off')
    answer()
  })
})
