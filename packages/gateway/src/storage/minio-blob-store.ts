import http from 'node:http'
import https from 'node:https'
import { Client } from 'minio'
import { BlobMissing, type BlobStore } from '../transfer/blob-store.ts'
import { checkBlobKey } from './blob-key.ts'
import { sendBlobRequest } from './blob-request.ts'
import { bytesOf, refusedBy } from './blob-response.ts'

interface MinioBlobStoreNeeds {
  /** `http(s)://host:port` of any S3-compatible store. */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKey: string
  readonly secretKey: string
  /** Milliseconds that one PUT may take in all; a sweep waits longer than this (LEDGER rule 8). Default 60,000. */
  readonly putTimeoutMs?: number
  /** Milliseconds without a byte or an answer after which any other request fails. Default 15,000. */
  readonly idleTimeoutMs?: number
}

const SIGNED_FOR_SECONDS = 15 * 60

/**
 * Chunks as objects of a bucket in MinIO or any S3. minio-js signs, lists and minds the bucket; bytes go by plain
 * HTTP: `putObject` hashes and copies each buffer, which costs more than twice the CPU of a presigned PUT.
 */
export class MinioBlobStore implements BlobStore {
  readonly #bucket: string
  readonly #region: string
  readonly #minio: Client
  readonly #putTimeoutMs: number
  readonly #idleTimeoutMs: number
  // Apart, so that downloads never take the connections that uploads wait for. (LEDGER rule 17)
  readonly #writeAgent: http.Agent
  readonly #readAgent: http.Agent
  readonly #adminAgent: http.Agent

  constructor(needs: MinioBlobStoreNeeds) {
    const { protocol, hostname, port } = new URL(needs.endpoint)
    const secure = protocol === 'https:'
    const makeAgent = () =>
      secure ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true })
    this.#bucket = needs.bucket
    this.#region = needs.region
    this.#putTimeoutMs = needs.putTimeoutMs ?? 60_000
    this.#idleTimeoutMs = needs.idleTimeoutMs ?? 15_000
    this.#writeAgent = makeAgent()
    this.#readAgent = makeAgent()
    this.#adminAgent = makeAgent()
    this.#minio = new Client({
      endPoint: hostname.replace(/^\[|\]$/g, ''),
      ...(port && { port: Number(port) }),
      useSSL: secure,
      region: needs.region,
      accessKey: needs.accessKey,
      secretKey: needs.secretKey,
      pathStyle: true,
      transport: timedTransport(secure, this.#idleTimeoutMs),
      transportAgent: this.#adminAgent,
      retryOptions: { disableRetry: true },
    })
  }

  async open(): Promise<void> {
    if (!(await this.#minio.bucketExists(this.#bucket))) await this.#makeBucket()
    const versioning = await this.#versioning()
    if (versioning === undefined) return
    // A deleted object of a versioned bucket keeps its bytes under an older version. (I6)
    throw new Error(
      `the bucket ${this.#bucket} is versioned (${versioning}), so deleted bytes would stay: use a bucket that never was`,
    )
  }

  async put(key: string, buffers: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    const response = await sendBlobRequest({
      method: 'PUT',
      url: await this.#sign('PUT', checkBlobKey(key)),
      agent: this.#writeAgent,
      body: buffers,
      timeoutMs: this.#putTimeoutMs,
      signal,
    })
    if (response.statusCode !== 200) throw await refusedBy(response, `PUT ${key}`)
    for await (const _ of bytesOf(response, this.#idleTimeoutMs));
  }

  async *read(key: string, start: number, stop: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    checkBlobKey(key)
    if (start === stop) return
    const response = await sendBlobRequest({
      method: 'GET',
      url: await this.#sign('GET', key),
      agent: this.#readAgent,
      headers: { range: `bytes=${start}-${stop - 1}` },
      timeoutMs: this.#idleTimeoutMs,
      signal,
    })
    if (response.statusCode !== 206) {
      const refused = await refusedBy(response, `GET ${key}`)
      throw refused.code === 'NoSuchKey' ? new BlobMissing(key) : refused
    }
    let left = stop - start
    for await (const bytes of bytesOf(response, this.#idleTimeoutMs)) {
      left -= bytes.byteLength
      if (left < 0) break
      yield bytes
    }
    if (left !== 0) throw new Error(`the object ${key} is not as long as its range`)
  }

  async length(key: string): Promise<number | undefined> {
    const response = await this.#head(checkBlobKey(key))
    if (response.statusCode === 200) return Number(response.headers['content-length'])
    const refused = await refusedBy(response, `HEAD ${key}`)
    // A HEAD's 404 doesn't say what is missing: without its bucket nothing is known of the object.
    if (refused.status === 404 && (await this.#minio.bucketExists(this.#bucket))) return undefined
    throw refused
  }

  async remove(keys: readonly string[]): Promise<void> {
    const results = await this.#minio.removeObjects(this.#bucket, keys.map(checkBlobKey))
    const failed = results.flatMap((result) => result?.Error ?? [])
    const first = failed[0]
    if (first) {
      throw new Error(
        `${failed.length} objects were not removed: ${first.Key} ${first.Code} ${first.Message}`,
      )
    }
  }

  async *list(prefix: string): AsyncGenerator<{ key: string; length: number; modifiedAt: Date }> {
    for await (const object of this.#minio.listObjectsV2(this.#bucket, prefix, true)) {
      yield { key: object.name, length: object.size, modifiedAt: object.lastModified }
    }
  }

  async check(signal?: AbortSignal): Promise<void> {
    const response = await this.#head('', signal)
    const refused = await refusedBy(response, `HEAD of the bucket ${this.#bucket}`)
    if (refused.status !== 200) throw refused
  }

  async close(): Promise<void> {
    for (const agent of [this.#writeAgent, this.#readAgent, this.#adminAgent]) agent.destroy()
  }

  #sign(method: 'GET' | 'HEAD' | 'PUT', key: string): Promise<string> {
    return this.#minio.presignedUrl(method, this.#bucket, key, SIGNED_FOR_SECONDS)
  }

  /** Of the object, or of the bucket for `''`. */
  async #head(key: string, signal?: AbortSignal) {
    return sendBlobRequest({
      method: 'HEAD',
      url: await this.#sign('HEAD', key),
      agent: this.#readAgent,
      timeoutMs: this.#idleTimeoutMs,
      signal,
    })
  }

  async #makeBucket(): Promise<void> {
    try {
      await this.#minio.makeBucket(this.#bucket, this.#region)
    } catch (error) {
      // Another gateway that starts beside us was faster.
      if (codeOf(error) !== 'BucketAlreadyOwnedByYou') throw error
    }
  }

  async #versioning(): Promise<string | undefined> {
    try {
      const { Status } = (await this.#minio.getBucketVersioning(this.#bucket)) as { Status?: string }
      return Status
    } catch (error) {
      // Some stores know no versions at all.
      if (codeOf(error) === 'NotImplemented') return undefined
      throw error
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** minio-js has no timeouts of its own. */
function timedTransport(secure: boolean, idleMs: number): Pick<typeof https, 'request'> {
  const { request } = secure ? https : http
  const timed = (...args: Parameters<typeof https.request>) => {
    const outgoing = request(...args)
    outgoing.setTimeout(idleMs, () =>
      outgoing.destroy(new Error(`the object store was silent for ${idleMs} ms`)),
    )
    return outgoing
  }
  return { request: timed as typeof https.request }
}
