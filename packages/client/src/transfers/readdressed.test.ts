import { expect } from 'chai'
import type { HttpRequest, HttpTransport } from './http-transport.ts'
import { readdressed } from './readdressed.ts'

describe('a transport with addresses of the app', () => {
  const asked: HttpRequest[] = []
  const transport: HttpTransport = {
    async send(request) {
      asked.push(request)
      return { status: 204, header: () => undefined, body: (async function* () {})() }
    },
    close() {},
  }
  const request = {
    method: 'PATCH',
    url: 'https://gateway.example/uploads/1',
    headers: { 'upload-offset': '0' },
    signal: new AbortController().signal,
  } as const

  it('asks there, and changes nothing else of what is asked', async () => {
    const through = readdressed(transport, (url) =>
      url.replace('https://gateway.example', 'http://127.0.0.1:1'),
    )
    await through.send(request)
    expect(asked.at(-1)).to.deep.equal({ ...request, url: 'http://127.0.0.1:1/uploads/1' })
  })

  it('is the transport itself where the app names none', () => {
    expect(readdressed(transport, undefined)).to.equal(transport)
  })
})
