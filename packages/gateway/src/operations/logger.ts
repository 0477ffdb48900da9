import { type Logger as Pino, pino, stdSerializers } from 'pino'

const SECRET_PATHS = [
  'authorization',
  'headers.authorization',
  'req.headers.authorization',
  'token',
  'password',
]
/** JWTs, wherever they turn up: in a URL, in an error's message, in a stack. */
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g
const USER_AND_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi
const SIGNATURE = /(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"]+/g
/** Of slots that a chat server gave (mod_http_upload_external). */
const SLOT_SIGNATURE = /([?&]v2?=)[0-9a-f]{16,}/gi

/** JSON lines, without tokens, passwords and signatures in whatever field they come. */
export function createLogger(needs: { readonly level: string; write?(line: string): void }): Pino {
  return pino(
    {
      level: needs.level,
      base: null,
      redact: { paths: SECRET_PATHS, censor: '[secret]' },
      serializers: { error: stdSerializers.err },
    },
    {
      write(line: string) {
        const write = needs.write ?? ((text: string) => process.stderr.write(text))
        write(withoutSecrets(line))
      },
    },
  )
}

function withoutSecrets(line: string): string {
  return line
    .replace(JWT, '[token]')
    .replace(USER_AND_PASSWORD, '$1')
    .replace(SIGNATURE, '$1[secret]')
    .replace(SLOT_SIGNATURE, '$1[secret]')
}
