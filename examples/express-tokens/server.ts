import { createApp } from './create-app.ts'
import { Users } from './users.ts'

const { PORT = '3000', GATEWAY_URL: serverUrl = 'http://127.0.0.1:8400' } = process.env
const users = new Users()
await users.add('alice', 'wonderland')
await users.add('bob', 'builder')
const app = createApp({
  users,
  serverUrl,
  secret: given('SLUICE_JWT_SECRET'),
  issuer: given('SLUICE_JWT_ISSUER'),
  audience: given('SLUICE_JWT_AUDIENCE'),
})
app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The app is at http://127.0.0.1:${PORT}; log in as alice (wonderland) or bob (builder)`)
})

function given(name: string): string {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set; it is to be what the gateway has`)
  process.exit(1)
}
