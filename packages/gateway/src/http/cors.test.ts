import { expect } from 'chai'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { type ListeningGateway, listenScripted } from '../../test/http/scripted-gateway.ts'

const ID = '4be0643f-1d98-573b-97cd-ca98a65347dd'
const names = (list: string | null) => (list ?? '').toLowerCase().split(', ')

describe('a browser’s page of another origin', () => {
  let gateway: ListeningGateway
  beforeEach(async () => {
    gateway = await listenScripted({})
  })
  afterEach(() => gateway.close())

  const preflight = (path: string, method: string, headers: string) =>
    fetch(gateway.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': method,
        'access-control-request-headers': headers,
      },
    })

  for (const [what, path, method, headers] of [
    ['create uploads', '/uploads', 'POST', 'authorization,tus-resumable,upload-length,upload-metadata'],
    [
      'create uploads with their first bytes',
      '/uploads',
      'POST',
      'authorization,content-type,tus-resumable,upload-length,upload-metadata,x-request-id',
    ],
    [
      'learn that lengths that come later and parts of one upload are refused',
      '/uploads',
      'POST',
      'authorization,tus-resumable,upload-concat,upload-defer-length',
    ],
    ['ask where to go on', `/uploads/${ID}`, 'HEAD', 'authorization,tus-resumable'],
    ['go on', `/uploads/${ID}`, 'PATCH', 'authorization,content-type,tus-resumable,upload-offset'],
    [
      'go on by POST',
      `/uploads/${ID}`,
      'POST',
      'authorization,content-type,tus-resumable,upload-offset,x-http-method-override',
    ],
    ['end an upload', `/uploads/${ID}`, 'DELETE', 'authorization,tus-resumable'],
    ['cancel by fetch', `/uploads/${ID}/cancel`, 'POST', 'authorization,content-type'],
    ['bring a file into a slot', '/slots/m1/name?token=t', 'PUT', 'content-type'],
    ['bring a file into a slot of a chat server', '/external/s/name', 'PUT', 'authorization,content-type'],
    ['resume a download', '/media/m1/name', 'GET', 'range,if-range'],
  ] as const) {
    it(`may ${what}`, async () => {
      const answer = await preflight(path, method, headers)
      expect(answer.status).to.equal(204)
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*')
      expect(answer.headers.get('access-control-max-age')).to.equal('7200')
      expect(names(answer.headers.get('access-control-allow-methods'))).to.include(method.toLowerCase())
      expect(names(answer.headers.get('access-control-allow-headers'))).to.include.members(headers.split(','))
    })
  }

  it('may read the headers that it needs, also of refusals', async () => {
    for (const [path, init] of [
      ['/uploads', { method: 'POST' }],
      ['/media/m1/name', { method: 'GET' }],
      ['/elsewhere', { method: 'GET' }],
      ['/uploads/%zz', { method: 'GET' }],
    ] as const) {
      const answer = await fetch(gateway.url + path, { ...init, headers: { origin: 'https://app.example' } })
      expect(answer.ok).to.equal(false)
      expect(answer.headers.get('access-control-allow-origin')).to.equal('*')
      expect(names(answer.headers.get('access-control-expose-headers'))).to.include.members([
        'content-range',
        'etag',
        'location',
        'retry-after',
        'sluice-refusal',
        'tus-resumable',
        'upload-expires',
        'upload-length',
        'upload-metadata',
        'upload-offset',
      ])
    }
  })

  it('is never sent with cookies', async () => {
    const answer = await preflight('/uploads', 'POST', 'authorization')
    expect(answer.headers.has('access-control-allow-credentials')).to.equal(false)
  })
})
