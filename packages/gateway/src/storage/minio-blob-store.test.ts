import { once } from 'node:events'
import net from 'node:net'
import { expect } from 'chai'
import { Client } from 'minio'
import { freshBucket, type S3Settings } from '../../../../test/stack/servers.ts'
import { describeBlobStore } from '../transfer/blob-store.contract.ts'
import { MinioBlobStore } from './minio-blob-store.ts'

describeBlobStore('MinIO', async (context) => {
  const bucket = await freshBucket(context)
  const store = new MinioBlobStore(bucket)
  await store.open()
  return {
    store,
    async tearDown() {
      await store.close()
      await bucket.drop()
    },
  }
})

describe('MinioBlobStore behind a line that fails', () => {
  let bucket: S3Settings & { drop(): Promise<void> }
  let line: Line
  let store: MinioBlobStore

  beforeEach(async function () {
    bucket = await freshBucket(this)
    line = await openLine(bucket.endpoint)
    store = new MinioBlobStore({
      ...bucket,
      endpoint: line.endpoint,
      putTimeoutMs: 1_500,
      idleTimeoutMs: 1_500,
    })
    await store.open()
    await store.put('ab/0-1', [Buffer.alloc(4 * 1024 * 1024)])
  })

  afterEach(async () => {
    await store?.close()
    await line?.close()
    await bucket?.drop()
  })

  it('says what the store answered when it is overloaded, and works when that is over', async () => {
    line.mode = 'overloaded'
    const failure = await failureOf(store.put('ab/1-1', [Buffer.from('x')]))
    expect(failure).to.include({ name: 'BlobStoreRefused', status: 503, code: 'SlowDown' })
    expect(await failureOf(readAll(store, 'ab/0-1', 10))).to.include({ status: 503 })
    expect(await failureOf(store.length('ab/0-1'))).to.include({ status: 503 })
    expect(await failureOf(store.remove(['ab/0-1']))).to.be.instanceOf(Error)
    expect(await failureOf(keysOf(store))).to.be.instanceOf(Error)
    expect(await failureOf(store.check())).to.include({ status: 503 })
    line.mode = 'through'
    await store.put('ab/1-1', [Buffer.from('x')])
    expect(await keysOf(store)).to.deep.equal(['ab/0-1', 'ab/1-1'])
  })

  it('rejects everything when connections are reset', async () => {
    line.mode = 'reset'
    line.cut()
    expect(await failureOf(store.put('ab/1-1', [Buffer.from('x')]))).to.be.instanceOf(Error)
    expect(await failureOf(readAll(store, 'ab/0-1', 10))).to.be.instanceOf(Error)
    expect(await failureOf(store.remove(['ab/0-1']))).to.be.instanceOf(Error)
    expect(await failureOf(store.check())).to.be.instanceOf(Error)
  })

  it('gives up on a store that says nothing', async () => {
    line.mode = 'silent'
    const work = [
      store.put('ab/1-1', [Buffer.from('x')]),
      readAll(store, 'ab/0-1', 10),
      store.remove(['ab/0-1']),
      store.check(),
    ]
    for (const failure of await Promise.all(work.map(failureOf))) expect(failure).to.be.instanceOf(Error)
  })

  it('sends a put again when its kept connection was closed meanwhile', async () => {
    await store.put('ab/1-1', [Buffer.from('x')])
    line.mode = 'close-used'
    await store.put('ab/2-1', [Buffer.from('y')])
    expect(await store.length('ab/2-1')).to.equal(1)
  })

  it('rejects a read whose connection is cut in mid-stream', async () => {
    let seen = 0
    const reading = (async () => {
      for await (const bytes of store.read('ab/0-1', 0, 4 * 1024 * 1024)) {
        seen += bytes.byteLength
        line.cut()
      }
    })()
    expect(await failureOf(reading)).to.be.instanceOf(Error)
    expect(seen).to.be.lessThan(4 * 1024 * 1024)
  })

  it('closes the connection of a read that is left early, and keeps one that was read to its end', async () => {
    await readAll(store, 'ab/0-1', 4 * 1024 * 1024)
    const before = line.sockets.size
    await readAll(store, 'ab/0-1', 4 * 1024 * 1024)
    expect(line.sockets.size).to.equal(before)
    for (let times = 0; times < 5; times++) {
      for await (const _ of store.read('ab/0-1', 0, 4 * 1024 * 1024)) break
    }
    while (line.sockets.size >= before) await once(line.server, 'gone')
  })

  it('aborts a put that hangs, at once', async () => {
    line.mode = 'silent'
    const controller = new AbortController()
    line.server.once('bytes', () => controller.abort(new Error('stop')))
    const failure = await failureOf(store.put('ab/1-1', [Buffer.from('x')], controller.signal))
    expect(failure).to.have.property('message', 'stop')
  })
})

describe('MinioBlobStore.open', () => {
  let bucket: S3Settings & { drop(): Promise<void> }

  beforeEach(async function () {
    bucket = await freshBucket(this)
  })

  afterEach(() => bucket?.drop())

  it('makes the bucket, also when two gateways start at once', async () => {
    const stores = [new MinioBlobStore(bucket), new MinioBlobStore(bucket)]
    await Promise.all(stores.map((store) => store.open()))
    for (const store of stores) await store.close()
  })

  for (const status of ['Enabled', 'Suspended'] as const) {
    it(`refuses a bucket whose versioning is ${status}, because deleted bytes would stay`, async () => {
      const { hostname, port } = new URL(bucket.endpoint)
      const minio = new Client({ endPoint: hostname, port: Number(port), useSSL: false, ...bucket })
      await minio.makeBucket(bucket.bucket)
      await minio.setBucketVersioning(bucket.bucket, { Status: status })
      const store = new MinioBlobStore(bucket)
      const failure = await failureOf(store.open())
      expect(String(failure)).to.contain(bucket.bucket).and.contain(`versioned (${status})`)
      await store.close()
    })
  }

  it('refuses wrong credentials', async () => {
    const store = new MinioBlobStore({ ...bucket, secretKey: 'wrong-wrong' })
    expect(await failureOf(store.open())).to.be.instanceOf(Error)
    await store.close()
  })

  it('does not take a missing bucket for a missing object', async () => {
    const store = new MinioBlobStore(bucket)
    expect(await failureOf(store.length('ab/0-1'))).to.include({ status: 404 })
    expect(await failureOf(readAll(store, 'ab/0-1', 1))).to.include({ status: 404, code: 'NoSuchBucket' })
    expect(await failureOf(store.check())).to.include({ status: 404 })
    await store.close()
  })
})

interface Line {
  readonly endpoint: string
  readonly server: net.Server
  readonly sockets: ReadonlySet<net.Socket>
  /** What happens to bytes that come in from now on; `close-used` ends each connection at its next byte. */
  mode: 'through' | 'overloaded' | 'reset' | 'silent' | 'close-used'
  /** Ends all connections. */
  cut(): void
  close(): Promise<void>
}

const OVERLOADED = '<Error><Code>SlowDown</Code><Message>reduce your rate</Message></Error>'

/** A TCP line to the store that can fail; the server emits `bytes` at each read and `gone` at each close. */
async function openLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<net.Socket>()
  const server = net.createServer((near) => {
    if (line.mode === 'reset') {
      near.resetAndDestroy()
      return
    }
    // A connection made after the used ones were closed is a good one.
    const fresh = line.mode === 'close-used'
    const far = net.connect(Number(port), hostname)
    sockets.add(near)
    near
      .on('error', () => far.destroy())
      .on('close', () => {
        far.destroy()
        sockets.delete(near)
        server.emit('gone')
      })
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
    far.pipe(near)
    near.on('data', (bytes) => {
      server.emit('bytes')
      if (line.mode === 'close-used' && !fresh) near.resetAndDestroy()
      else if (line.mode === 'overloaded') {
        near.end(
          `HTTP/1.1 503 Slow Down\r\ncontent-length: ${OVERLOADED.length}\r\nconnection: close\r\n\r\n${OVERLOADED}`,
        )
      } else if (line.mode !== 'silent') far.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: own } = server.address() as net.AddressInfo
  const line: Line = {
    endpoint: `http://127.0.0.1:${own}`,
    server,
    sockets,
    mode: 'through',
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      this.cut()
      server.close()
      await once(server, 'close')
    },
  }
  return line
}

async function readAll(store: MinioBlobStore, key: string, stop: number): Promise<number> {
  let length = 0
  for await (const bytes of store.read(key, 0, stop)) length += bytes.byteLength
  return length
}

async function keysOf(store: MinioBlobStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}
