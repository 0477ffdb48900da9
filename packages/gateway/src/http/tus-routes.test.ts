import { EventEmitter, once } from 'node:events'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { RawConnection } from '../../test/http/raw-connection.ts'
import { STATUS, TUS, UPLOAD_ID } from '../../test/http/samples.ts'
import {
  type ListeningGateway,
  listenScripted,
  RecordingLogger,
  type Script,
} from '../../test/http/scripted-gateway.ts'
import type { HttpNeeds } from './http-needs.ts'

const PATCH = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': '4' }

describe('the tus routes', () => {
  let gateway: ListeningGateway
  afterEach(() => gateway.close())

  async function serve(script: Script, needs: Partial<HttpNeeds> = {}) {
    gateway = await listenScripted(script, needs)
  }
  const ask = (method: string, path: string, headers: Record<string, string> = TUS, body?: string) =>
    fetch(gateway.url + path, { method, headers, ...(body !== undefined && { body }) })

  describe('HEAD', () => {
    it('tells where to go on, and is not to be cached', async () => {
      await serve({ inspectUpload: { settle: async () => STATUS } })
      const answer = await ask('HEAD', `/uploads/${UPLOAD_ID}`)
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('upload-offset')).to.equal('4')
      expect(answer.headers.get('upload-length')).to.equal('10')
      expect(answer.headers.get('upload-expires')).to.equal('Sun, 08 Mar 2026 12:00:00 GMT')
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect(answer.headers.get('tus-resumable')).to.equal('1.0.0')
    })

    it('repeats the metadata of the creation word for word, and has none where there was none', async () => {
      const tusMetadata = 'filename YS5wbmc=,\u00e9t\u00e9,  empty'
      const statuses = [{ ...STATUS, tusMetadata }, STATUS]
      await serve({ inspectUpload: { settle: async () => statuses.shift() ?? STATUS } })
      const [first, second] = [
        await ask('HEAD', `/uploads/${UPLOAD_ID}`),
        await ask('HEAD', `/uploads/${UPLOAD_ID}`),
      ]
      expect(first.headers.get('upload-metadata')).to.equal(tusMetadata)
      expect(second.headers.has('upload-metadata')).to.equal(false)
    })

    it('is 423 in an outage, so that clients wait and do not start again', async () => {
      const logger = new RecordingLogger()
      const failures = [
        new Error('connection refused'),
        new Refusal('unavailable'),
        new Refusal('over-budget'),
      ]
      await serve({ inspectUpload: { settle: () => Promise.reject(failures.shift()) } }, { logger })
      while (failures.length > 0) {
        const answer = await ask('HEAD', `/uploads/${UPLOAD_ID}`)
        expect(answer.status).to.equal(423)
        expect(answer.headers.get('retry-after')).to.equal('1')
        expect(answer.headers.get('sluice-refusal')).to.equal('upload-busy')
      }
      expect(logger.of('error'), 'only the unexpected one, and once').to.deep.equal(['request failed'])
    })

    it('is 423 when tokens cannot be read for an outage', async () => {
      await serve({ tokens: { verify: () => Promise.reject(new Error('connection refused')) } })
      expect((await ask('HEAD', `/uploads/${UPLOAD_ID}`)).status).to.equal(423)
    })

    it('is 423 while draining', async () => {
      await serve({ inspectUpload: { settle: async () => STATUS } }, { draining: () => true })
      expect((await ask('HEAD', `/uploads/${UPLOAD_ID}`)).status).to.equal(423)
    })

    it('says what is final', async () => {
      for (const [code, status] of [
        ['upload-not-found', 404],
        ['upload-expired', 410],
        ['not-authorized', 401],
      ] as const) {
        await serve({ inspectUpload: { settle: () => Promise.reject(new Refusal(code)) } })
        const answer = await ask('HEAD', `/uploads/${UPLOAD_ID}`)
        expect(answer.status).to.equal(status)
        expect(answer.headers.get('sluice-refusal')).to.equal(code)
        await gateway.close()
      }
    })

    it('stops waiting when its client has gone', async () => {
      const events = new EventEmitter()
      const asked = once(events, 'asked')
      const gone = once(events, 'gone')
      await serve({
        inspectUpload: {
          settle: ({ signal }) => {
            signal?.addEventListener('abort', () => events.emit('gone'))
            events.emit('asked')
            return new Promise(() => {})
          },
        },
      })
      const client = await RawConnection.open(gateway.port)
      client.request(`HEAD /uploads/${UPLOAD_ID}`, TUS)
      await asked
      client.socket.destroy()
      await gone
    })
  })

  describe('PATCH', () => {
    it('hands the body over as it comes, and tells what is committed', async () => {
      const asked: unknown[] = []
      await serve({
        receiveUpload: {
          run: async ({ body, principal, ...rest }) => {
            const buffers: Buffer[] = []
            for await (const bytes of body) buffers.push(bytes)
            asked.push({ ...rest, owner: principal.owner, text: Buffer.concat(buffers).toString() })
            return { ...STATUS, committed: 8 }
          },
        },
      })
      const answer = await ask('PATCH', `/uploads/${UPLOAD_ID}`, PATCH, 'efgh')
      expect(answer.status).to.equal(204)
      expect(answer.headers.get('upload-offset')).to.equal('8')
      expect(answer.headers.get('upload-expires')).to.equal('Sun, 08 Mar 2026 12:00:00 GMT')
      expect(asked).to.deep.equal([
        { uploadId: UPLOAD_ID, offset: 4, length: 4, owner: 'alice@example.org', text: 'efgh' },
      ])
    })

    it('takes a chunked body, of which it knows no length', async () => {
      let length: number | undefined = 0
      await serve({
        receiveUpload: {
          run: async (wish) => {
            length = wish.length
            for await (const _ of wish.body);
            return STATUS
          },
        },
      })
      const client = await RawConnection.open(gateway.port)
      client.request(
        `PATCH /uploads/${UPLOAD_ID}`,
        { ...PATCH, 'transfer-encoding': 'chunked' },
        '4\r\nefgh\r\n0\r\n\r\n',
      )
      expect((await client.answer()).status).to.equal(204)
      expect(length).to.equal(undefined)
    })

    it('says where the upload goes on when the offset is wrong', async () => {
      const run = () => Promise.reject(new Refusal('offset-mismatch', { committed: 6 }))
      await serve({ receiveUpload: { run } })
      const answer = await ask('PATCH', `/uploads/${UPLOAD_ID}`, PATCH, 'efgh')
      expect(answer.status).to.equal(409)
      expect(answer.headers.get('upload-offset')).to.equal('6')
      expect(await answer.json()).to.deep.include({ code: 'offset-mismatch', details: { committed: 6 } })
    })

    for (const offset of ['-1', 'four', '04', '4, 4', '']) {
      it(`refuses ${JSON.stringify(offset)} as the offset`, async () => {
        await serve({})
        const answer = await ask(
          'PATCH',
          `/uploads/${UPLOAD_ID}`,
          { ...PATCH, 'upload-offset': offset },
          'efgh',
        )
        expect(answer.status).to.equal(400)
      })
    }

    it('refuses another content type with 415', async () => {
      await serve({})
      for (const type of ['application/octet-stream', 'application/json', 'nonsense']) {
        const answer = await ask('PATCH', `/uploads/${UPLOAD_ID}`, { ...PATCH, 'content-type': type }, 'efgh')
        expect(answer.status, type).to.equal(415)
      }
    })

    it('says when to try again where that may help', async () => {
      for (const [code, seconds] of [
        ['upload-busy', '1'],
        ['over-budget', '5'],
        ['overtaken', null],
        ['upload-cancelled', null],
      ] as const) {
        await serve({ receiveUpload: { run: () => Promise.reject(new Refusal(code)) } })
        const answer = await ask('PATCH', `/uploads/${UPLOAD_ID}`, PATCH, 'efgh')
        expect(answer.headers.get('retry-after'), code).to.equal(seconds)
        await gateway.close()
      }
    })

    it('does not tell what went wrong inside, but logs it once', async () => {
      const logger = new RecordingLogger()
      const run = () => Promise.reject(new Error('password of the database is hunter2'))
      await serve({ receiveUpload: { run } }, { logger })
      const answer = await ask('PATCH', `/uploads/${UPLOAD_ID}`, PATCH, 'efgh')
      expect(answer.status).to.equal(500)
      const text = await answer.text()
      expect(text).to.not.contain('hunter2')
      expect(JSON.parse(text)).to.deep.include({ code: 'internal-error', retryable: true })
      expect(logger.lines.map(({ level, message }) => [level, message])).to.deep.equal([
        ['error', 'request failed'],
      ])
      expect(logger.lines[0]?.fields).to.have.nested.property('err.message').that.contains('hunter2')
      expect(logger.lines[0]?.fields).to.deep.include({ method: 'PATCH', route: '/uploads/:id' })
    })
  })

  it('does not call it a failure of the gateway that a client went away', async () => {
    const logger = new RecordingLogger()
    const events = new EventEmitter()
    const logged = once(events, 'logged')
    logger.debug = () => events.emit('logged')
    await serve(
      {
        receiveUpload: {
          run: async ({ body }) => {
            for await (const _ of body);
            return STATUS
          },
        },
      },
      { logger },
    )
    const client = await RawConnection.open(gateway.port)
    client.request(`PATCH /uploads/${UPLOAD_ID}`, { ...PATCH, 'content-length': 4 }, 'ef')
    client.socket.end()
    client.socket.destroySoon()
    await logged
    expect(logger.of('error')).to.deep.equal([])
  })

  it('ends an upload by DELETE', async () => {
    const asked: string[] = []
    await serve({
      discardUpload: {
        run: async ({ uploadId }) => {
          asked.push(uploadId)
          return { ...STATUS, state: 'discarded' }
        },
      },
    })
    expect((await ask('DELETE', `/uploads/${UPLOAD_ID}`)).status).to.equal(204)
    expect(asked).to.deep.equal([UPLOAD_ID])
  })
})
