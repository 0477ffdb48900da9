import { statusFromJson, type UploadStatus } from '@sluice/protocol'
import { expect } from 'chai'
import { RawConnection } from './raw-connection.ts'
import { listenReal, type RealGateway, type RealLimits } from './real-gateway.ts'

type Body = string | Uint8Array<ArrayBuffer>

/** A real gateway, and Alice, who talks tus to it by hand. */
export class UploadBed {
  readonly gateway: RealGateway
  readonly token: string
  readonly #connections: RawConnection[] = []

  private constructor(gateway: RealGateway, token: string) {
    this.gateway = gateway
    this.token = token
  }

  static async open(limits: RealLimits = {}): Promise<UploadBed> {
    const gateway = await listenReal(limits)
    return new UploadBed(gateway, await gateway.token())
  }

  /** Ends what a test left open; no test may have made the gateway fail. */
  settle(): void {
    for (const connection of this.#connections.splice(0)) connection.socket.destroy()
    expect(this.gateway.logger.of('error')).to.deep.equal([])
  }

  close(): Promise<void> {
    return this.gateway.close()
  }

  tus(bearer = this.token) {
    return { authorization: `Bearer ${bearer}`, 'tus-resumable': '1.0.0' }
  }

  patchHeaders(offset: number, bearer = this.token) {
    return {
      ...this.tus(bearer),
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    }
  }

  /** Makes an upload; answers its path and its link. */
  async create(size: number, filename = 'x.txt'): Promise<{ path: string; link: string }> {
    const answer = await fetch(`${this.gateway.url}/uploads`, {
      method: 'POST',
      headers: {
        ...this.tus(),
        'upload-length': String(size),
        'upload-metadata': `filename ${Buffer.from(filename).toString('base64')}`,
      },
    })
    expect(answer.status).to.equal(201)
    const path = new URL(answer.headers.get('location') ?? '').pathname
    return { path, link: (await answer.text()).trim() }
  }

  patch(path: string, offset: number, body: Body, bearer = this.token): Promise<Response> {
    return this.ask('PATCH', path, this.patchHeaders(offset, bearer), body)
  }

  head(path: string, bearer = this.token): Promise<Response> {
    return this.ask('HEAD', path, this.tus(bearer))
  }

  twin(path: string, name: string, bearer = this.token): Promise<Response> {
    return this.ask('POST', `${path}/${name}`, { authorization: `Bearer ${bearer}` })
  }

  ask(method: string, path: string, headers: Record<string, string>, body?: Body): Promise<Response> {
    return fetch(this.gateway.url + path, { method, headers, ...(body !== undefined && { body }) })
  }

  async offsetOf(path: string, bearer = this.token): Promise<number> {
    const answer = await this.head(path, bearer)
    expect(answer.status).to.equal(200)
    return Number(answer.headers.get('upload-offset'))
  }

  async textOf(link: string): Promise<string> {
    return (await fetch(link)).text()
  }

  async connect(): Promise<RawConnection> {
    const connection = await RawConnection.open(this.gateway.port)
    this.#connections.push(connection)
    return connection
  }

  /** Resolves once the state of the upload is as wished; asking disturbs nobody. */
  async until(path: string, wish: (status: UploadStatus) => boolean): Promise<void> {
    const headers = { authorization: `Bearer ${this.token}` }
    for (let tries = 0; tries < 500; tries++) {
      if (wish(statusFromJson(await (await this.ask('GET', `${path}/state`, headers)).json()))) return
    }
    throw new Error('the upload never came to that')
  }

  /** Resolves once the gateway has read this many bytes of a running upload. */
  received(path: string, bytes: number): Promise<void> {
    return this.until(path, (status) => status.received >= bytes)
  }
}

/** Status and code of a refusal. */
export function refusal(answer: Response): [number, string | null] {
  return [answer.status, answer.headers.get('sluice-refusal')]
}
