import { expect } from 'chai'
import { Unreachable } from '../unreachable.ts'
import type { HttpBody, HttpRequest, HttpResponse, HttpTransport } from './http-transport.ts'

const MIB = 1024 * 1024

interface Place {
  /** Of an HttpContractServer. */
  readonly url: string
  /** A transport that takes `idleMs` without a byte for the end. */
  open(options: { idleMs: number }): HttpTransport
}

/** What every HTTP transport must do. */
export function describeHttpTransport(name: string, place: () => Promise<Place>): void {
  describe(`HTTP by ${name}`, () => {
    let url: string
    let transport: HttpTransport
    let hasty: HttpTransport
    let patient: HttpTransport
    let id: string

    before(async () => {
      const { open, url: given } = await place()
      url = given
      transport = open({ idleMs: 20_000 })
      hasty = open({ idleMs: 400 })
      patient = open({ idleMs: 2_000 })
    })
    beforeEach(() => {
      id = crypto.randomUUID()
    })
    after(() => {
      for (const open of [transport, hasty, patient]) open?.close()
    })

    const request = (route: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
      method: more.body ? 'PATCH' : 'GET',
      url: `${url}/${route}?id=${id}`,
      signal: new AbortController().signal,
      ...more,
    })
    const ask = async (route: string) => {
      const { status } = await transport.send(request(route))
      expect(status).to.equal(204)
    }
    const failureOf = (promise: Promise<unknown>) =>
      promise.then(
        () => expect.fail('It did not fail'),
        (error: unknown) => error,
      )

    for (const [kind, bodyOf] of [
      ['a Blob', blobBody],
      ['a stream', streamBody],
    ] as const) {
      it(`sends ${kind} whole, and tells how far it is`, async () => {
        const told: number[] = []
        const body = bodyOf(3 * MIB)
        const headers = { authorization: 'Bearer x', 'content-type': 'application/offset+octet-stream' }
        const response = await transport.send(
          request('take', { body, headers, onSent: (bytes) => told.push(bytes) }),
        )
        expect(response.status).to.equal(200)
        expect(response.header('upload-offset')).to.equal(String(3 * MIB))
        expect(response.header('seen-authorization')).to.equal('Bearer x')
        expect(response.header('never-sent')).to.equal(undefined)
        expect(await textOf(response)).to.equal(`{"size":${3 * MIB}}`)
        expect(told.at(-1)).to.equal(3 * MIB)
        expect(told).to.deep.equal([...told].sort((a, b) => a - b))
      })
    }

    it('sends a body of no bytes', async () => {
      const response = await transport.send(request('take', { method: 'POST', body: streamBody(0) }))
      expect(await textOf(response)).to.equal('{"size":0}')
    })

    it('gives the head and each part of the answer when it comes', async () => {
      const { body } = await transport.send(request('two'))
      const chunks = body[Symbol.asyncIterator]()
      const next = async () => new TextDecoder().decode((await chunks.next()).value)
      expect(await next()).to.equal('a')
      await ask('go')
      expect(await next()).to.equal('b')
      expect(await chunks.next()).to.deep.include({ done: true })
    })

    it('gives an answer that comes before the body has gone out', async () => {
      const response = await transport.send(request('early', { body: blobBody(64 * MIB) }))
      expect(response.status).to.equal(409)
      expect(await textOf(response)).to.equal('{"no":true}')
    })

    it('sends nothing for a signal that is aborted already', async () => {
      const stopped = new Error('stopped')
      const signal = AbortSignal.abort(stopped)
      for (const body of [undefined, blobBody(1)])
        expect(await failureOf(transport.send(request('take', { signal, body })))).to.equal(stopped)
    })

    for (const [when, route, body] of [
      ['while it sends', 'sip', blobBody(64 * MIB)],
      ['while it waits for an answer', 'hang', undefined],
    ] as const) {
      it(`closes the connection at once when it is aborted ${when}`, async () => {
        const abort = new AbortController()
        const sending = failureOf(transport.send(request(route, { body, signal: abort.signal })))
        await ask('came')
        const stopped = new Error('stopped')
        abort.abort(stopped)
        expect(await sending).to.equal(stopped)
        await ask('closed')
      })
    }

    it('closes the connection at once when it is aborted in the middle of the answer', async () => {
      const abort = new AbortController()
      const { body } = await transport.send(request('stall', { signal: abort.signal }))
      const chunks = body[Symbol.asyncIterator]()
      await chunks.next()
      const next = failureOf(chunks.next())
      const stopped = new Error('stopped')
      abort.abort(stopped)
      expect(await next).to.equal(stopped)
      await ask('closed')
    })

    it('closes the connection of an answer that is left', async () => {
      const { body } = await transport.send(request('stall'))
      for await (const _ of body) break
      await ask('closed')
    })

    it('says of a connection that breaks, or cannot be made, that nobody is there', async () => {
      const broken = await transport.send(request('broken'))
      expect(await failureOf(textOf(broken))).to.be.instanceOf(Unreachable)
      // Port 9 is one that browsers do not even try.
      for (const body of [undefined, blobBody(1)]) {
        const nobody = request('take', { url: 'http://127.0.0.1:9/', body })
        expect(await failureOf(transport.send(nobody))).to.be.instanceOf(Unreachable)
      }
    })

    it('rejects with the error of a body that cannot be read', async () => {
      const unreadable = new Error('unreadable')
      const body: HttpBody = {
        size: 2 * MIB,
        async *read() {
          yield new Uint8Array(MIB)
          throw unreadable
        },
      }
      expect(await failureOf(transport.send(request('take', { body })))).to.equal(unreadable)
    })

    for (const [when, route, body] of [
      ['while it sends', 'hang', blobBody(64 * MIB)],
      ['while it waits for an answer', 'hang', undefined],
    ] as const) {
      it(`gives up when no byte moves for too long ${when}`, async () => {
        expect(await failureOf(hasty.send(request(route, { body })))).to.be.instanceOf(Unreachable)
      })
    }

    it('does not give up while some bytes come, however long all of them take', async () => {
      const slow = request('trickle')
      // Each comes well within 2 s, also on a busy machine; all together take longer.
      const trickling = await patient.send({ ...slow, url: `${slow.url}&ms=600` })
      expect(await textOf(trickling)).to.equal('aaaaa')
    })

    it('gives up when no byte of the answer comes for too long', async () => {
      expect(await failureOf(textOf(await hasty.send(request('stall'))))).to.be.instanceOf(Unreachable)
    })
  })
}

function blobBody(size: number): HttpBody {
  const blob = new Blob([new Uint8Array(size)])
  return { ...streamBody(size), blob }
}

function streamBody(size: number): HttpBody {
  return {
    size,
    async *read() {
      for (let left = size; left > 0; left -= MIB) yield new Uint8Array(Math.min(left, MIB))
    },
  }
}

async function textOf({ body }: HttpResponse): Promise<string> {
  const held: BlobPart[] = []
  for await (const chunk of body) held.push(Uint8Array.from(chunk))
  return new Blob(held).text()
}
