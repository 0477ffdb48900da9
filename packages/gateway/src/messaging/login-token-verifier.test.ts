import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload } from 'jose'
import { DOMAIN } from '../../test/messaging/messaging-bed.ts'
import { ISSUER, mint, SHARED_SECRET_RULES } from '../../test/messaging/token-issuer.ts'
import { HandClock } from '../../test/transfer/hand-clock.ts'
import { LoginTokenVerifier } from './login-token-verifier.ts'

const DAY_S = 86_400
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('LoginTokenVerifier', () => {
  describe('with a shared secret', () => {
    const clock = new HandClock()
    const now = clock.now()
    const seconds = Math.floor(now.getTime() / 1000)
    const verifier = new LoginTokenVerifier({ rules: SHARED_SECRET_RULES, clock })
    const verdict = async (claims: JWTPayload, how: Parameters<typeof mint>[1] = {}) =>
      (await verifier.verify(await mint(claims, { now, ...how }))).type

    it('tells whom a token names, and until when', async () => {
      expect(await verifier.verify(await mint({ exp: seconds + 300 }, { now }))).to.deep.equal({
        type: 'valid',
        subject: 'alice',
        expiresAt: new Date((seconds + 300) * 1000),
      })
    })

    const cases: [what: string, claims: JWTPayload, type: string][] = [
      ['for another audience', { aud: 'another.example' }, 'invalid'],
      ['for no audience', { aud: undefined as unknown as string }, 'invalid'],
      ['for several audiences, of which one is ours', { aud: ['another.example', DOMAIN] }, 'valid'],
      ['of another issuer', { iss: 'https://evil.example' }, 'invalid'],
      ['without a name', { sub: undefined as unknown as string }, 'invalid'],
      ['with an empty name', { sub: '' }, 'invalid'],
      ['with a number for a name', { sub: 7 as unknown as string }, 'invalid'],
      ['that expired 10 s ago', { exp: seconds - 10 }, 'expired'],
      ['that expired a second ago, by our clock', { exp: seconds - 1 }, 'valid'],
      ['that never expires', { exp: undefined as unknown as number }, 'invalid'],
      ['without a date of issue', { iat: undefined as unknown as number }, 'invalid'],
      ['for a day', { exp: seconds + DAY_S }, 'valid'],
      ['for longer than a day', { exp: seconds + DAY_S + 1 }, 'invalid'],
      [
        'for an hour of next year',
        { iat: seconds + 365 * DAY_S, exp: seconds + 365 * DAY_S + 3600 },
        'invalid',
      ],
      ['that begins in 10 s', { nbf: seconds + 10 }, 'invalid'],
      ['that begins in a second, by our clock', { nbf: seconds + 1 }, 'valid'],
    ]
    for (const [what, claims, type] of cases) {
      it(`calls a token ${what} ${type}`, async () => expect(await verdict(claims)).to.equal(type))
    }

    it('takes no other algorithm and no other key', async () => {
      const other = new TextEncoder().encode('another secret of thirty-two bytes or more')
      expect(await verdict({}, { key: other })).to.equal('invalid')
      expect(await verdict({}, { header: { alg: 'HS512' } })).to.equal('invalid')
      const pair = await generateKeyPair('ES256')
      expect(await verdict({}, { key: pair.privateKey, header: { alg: 'ES256' } })).to.equal('invalid')
    })

    it('takes nothing unsigned, nothing changed, and no nonsense', async () => {
      const [header, payload, signature] = (await mint({}, { now })).split('.')
      const bob = encode({ iss: ISSUER, aud: DOMAIN, sub: 'bob', iat: seconds, exp: seconds + 60 })
      for (const token of [
        `${encode({ alg: 'none' })}.${payload}.`,
        `${encode({ alg: 'none' })}.${payload}.${signature}`,
        `${header}.${bob}.${signature}`,
        `${header}.${payload}.`,
        'nonsense',
        '',
      ])
        expect(await verifier.verify(token), token).to.have.property('type', 'invalid')
    })

    it('tells from the issuer that a token names to whom it is addressed', async () => {
      expect(verifier.isAddressed(await mint())).to.equal(true)
      expect(verifier.isAddressed(await mint({ iss: 'sluice' }))).to.equal(false)
      expect(verifier.isAddressed('nonsense')).to.equal(false)
    })
  })

  describe('with the keys that an issuer publishes', () => {
    let server: Server
    let keys: JWK[]
    let asked: number
    let status: number
    let verifier: LoginTokenVerifier

    beforeEach(async () => {
      keys = []
      asked = 0
      status = 200
      server = createServer((_request, response) => {
        asked += 1
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const rules = { ...SHARED_SECRET_RULES, key: { jwksUrl: `http://127.0.0.1:${port}/jwks.json` } }
      verifier = new LoginTokenVerifier({ rules, clock: new HandClock(), refetchAfterMs: 0 })
    })

    afterEach(async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    })

    async function publish(kid: string, alg = 'ES256') {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid, alg }
      keys.push(jwk)
      return { jwk, sign: () => mint({}, { key: privateKey, header: { alg, kid } }) }
    }
    const verdict = async (token: string) => (await verifier.verify(token)).type

    it('takes what they sign, and fetches them once', async () => {
      const [ec, rsa, ed] = [await publish('a'), await publish('b', 'RS256'), await publish('c', 'EdDSA')]
      for (const { sign } of [ec, rsa, ed, ec]) expect(await verdict(await sign())).to.equal('valid')
      expect(asked).to.equal(1)
    })

    it('takes a new key as soon as a token names it, and an old one no longer', async () => {
      const old = await publish('old')
      expect(await verdict(await old.sign())).to.equal('valid')
      keys = []
      const next = await publish('new')
      expect(await verdict(await next.sign())).to.equal('valid')
      expect(await verdict(await old.sign())).to.equal('invalid')
    })

    it('does not take a public key for a shared secret', async () => {
      const { jwk } = await publish('a', 'RS256')
      for (const secret of [JSON.stringify(jwk), Buffer.from(jwk.n ?? '', 'base64url').toString('latin1')]) {
        const key = new TextEncoder().encode(secret)
        expect(await verdict(await mint({}, { key, header: { alg: 'HS256', kid: 'a' } }))).to.equal('invalid')
      }
      keys.push({ kty: 'oct', kid: 'oct', k: Buffer.alloc(32).toString('base64url') })
      const shared = await mint({}, { key: new Uint8Array(32), header: { alg: 'HS256', kid: 'oct' } })
      expect(await verdict(shared)).to.equal('invalid')
    })

    it('calls no token invalid while the keys cannot be had', async () => {
      const { sign } = await publish('a')
      status = 503
      expect(await verifier.verify(await sign()).catch(() => 'no keys')).to.equal('no keys')
      status = 200
      expect(await verdict(await sign())).to.equal('valid')
    })
  })
})
