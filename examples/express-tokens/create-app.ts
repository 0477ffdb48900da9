import { fileURLToPath } from 'node:url'
import express, { type Express, type Request } from 'express'
import { SignJWT } from 'jose'
import type { Users } from './users.ts'

const PUBLIC = fileURLToPath(new URL('public/', import.meta.url))
/** The SDK for a script tag. */
const SDK = fileURLToPath(import.meta.resolve('@sluice/client/sluice.min.js'))

interface Needs {
  readonly users: Users
  /** Of the gateway, as browsers reach it. */
  readonly serverUrl: string
  /** As the gateway has them: SLUICE_JWT_SECRET, SLUICE_JWT_ISSUER, SLUICE_JWT_AUDIENCE. */
  readonly secret: string
  readonly issuer: string
  readonly audience: string
}

/** An app with a login of its own, whose users chat by Sluice. */
export function createApp({ users, serverUrl, secret, issuer, audience }: Needs): Express {
  const app = express()
  const key = new TextEncoder().encode(secret)
  const webSocketUrl = serverUrl.replace(/^http/, 'ws')
  const own = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:"
  const csp = `${own}; connect-src 'self' ${serverUrl} ${webSocketUrl}`

  app.disable('x-powered-by')
  app.use((_request, response, next) => {
    response.set({
      'content-security-policy': csp,
      'x-content-type-options': 'nosniff',
    })
    next()
  })
  app.use(express.static(PUBLIC))
  app.get('/sluice.min.js', (_request, response) => response.sendFile(SDK))
  app.get('/settings', (request, response) =>
    response.json({ serverUrl, user: users.of(sessionOf(request)) }),
  )

  app.post('/login', express.json(), async (request, response) => {
    const { name, password } = request.body ?? {}
    const session = await users.logIn(String(name), String(password))
    if (session === undefined) return response.status(401).json({ error: 'Wrong name or password' })
    // Behind TLS also `secure: true`. `strict` keeps other sites from asking for tokens in their visitors' names.
    return response.cookie('session', session, { httpOnly: true, sameSite: 'strict' }).status(204).end()
  })

  app.post('/logout', (request, response) => {
    users.logOut(sessionOf(request))
    response.clearCookie('session').status(204).end()
  })

  app.post('/token', async (request, response) => {
    const user = users.of(sessionOf(request))
    response.set('cache-control', 'no-store')
    if (user === undefined) return response.status(401).json({ error: 'Please log in' })
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(user)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(key)
    return response.json({ token })
  })

  return app
}

function sessionOf({ headers }: Request): string {
  return /(?:^|; )session=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? ''
}
