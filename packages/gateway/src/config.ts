import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { type ComponentConfig, checkChatServer, componentOf, domainOf, parentOf } from './config-component.ts'
import { ConfigError } from './config-error.ts'
import { type JwtConfig, jwtOf, parseIssuer, parseJwksUrl, parseJwtSecret } from './config-jwt.ts'
import {
  isLoopback,
  match,
  oneOf,
  parseBucket,
  parseComponentUrl,
  parseDatabaseUrl,
  parseDomain,
  parseDomains,
  parseDuration,
  parseEndpoint,
  parseHost,
  parsePort,
  parsePublicUrl,
  parseSize,
  within,
} from './config-values.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** How a gateway is to run. Made by {@link readConfig}, which has checked every value. */
export interface Config {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without a trailing slash; without one the gateway is known by its own address. */
  readonly publicUrl?: string | undefined
  /** Absolute. */
  readonly dataDir: string
  /** Of the accounts; prepared. */
  readonly domain: string
  /** Without one the database is embedded, under `dataDir`. */
  readonly databaseUrl?: string | undefined
  /** Without one chunks are files under `dataDir`. */
  readonly s3?: S3Config | undefined
  /** With one, accounts live at the chat server, and the gateway's own chat side is off. */
  readonly component?: ComponentConfig | undefined
  /** Whose accounts may use the media service at a chat server; prepared. */
  readonly allowedDomains: readonly string[] | '*'
  readonly registration: 'open' | 'closed'
  /** Bytes of one file; no more than the quota. */
  readonly maxUploadBytes: number
  readonly unfinishedExpiryMs: number
  /** How long accounts keep what they sent and got; without a component. */
  readonly archiveExpiryMs: number
  /** Without one accounts may offer as much as they like. */
  readonly dailyQuotaBytes?: number | undefined
  /** Without one nobody logs in by token. */
  readonly jwt?: JwtConfig | undefined
  /** Shared with a chat server that gives slots for this gateway. */
  readonly uploadSecret?: string | undefined
  readonly memoryBudgetBytes: number
  readonly logLevel: LogLevel
}

export interface S3Config {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const MIB = 2 ** 20
const DAY_MS = 86_400_000

const SCHEMA = z.object({
  SLUICE_HOST: value('a host name or an IP address', parseHost).default('127.0.0.1'),
  SLUICE_PORT: value('a port from 0 to 65535, 0 for a free one', parsePort).default(8400),
  SLUICE_PUBLIC_URL: value('an http or https URL without query or credentials', parsePublicUrl).optional(),
  SLUICE_DATA_DIR: value('a directory', (text) => resolve(text)).default(resolve('.sluice')),
  SLUICE_DOMAIN: value('an XMPP domain', parseDomain).optional(),
  SLUICE_DATABASE_URL: value(
    'a URL such as postgres://user:password@host:5432/name',
    parseDatabaseUrl,
  ).optional(),
  SLUICE_S3_ENDPOINT: value('an http or https URL without a path', parseEndpoint).optional(),
  SLUICE_S3_BUCKET: value(
    'the name of a bucket, 3 to 63 of a-z, 0-9, dot and hyphen',
    parseBucket,
  ).optional(),
  SLUICE_S3_REGION: value('the name of a region', (text) => match(text, /^[\w-]+$/)).default('us-east-1'),
  SLUICE_S3_ACCESS_KEY: value('an access key', (text) => match(text, /^\S+$/)).optional(),
  SLUICE_S3_SECRET_KEY: value('a secret key', (text) => match(text, /^\S+$/)).optional(),
  SLUICE_COMPONENT_URL: value('a URL such as xmpp://host:5347', parseComponentUrl).optional(),
  SLUICE_COMPONENT_JID: value('an XMPP domain such as media.example.org', parseDomain).optional(),
  SLUICE_COMPONENT_SECRET: value('a secret', (text) => text).optional(),
  SLUICE_ALLOWED_DOMAINS: value('XMPP domains, separated by commas, or *', parseDomains).optional(),
  SLUICE_REGISTRATION: value('open or closed', (text) => oneOf(text, ['open', 'closed'] as const)).optional(),
  SLUICE_JWT_SECRET: value('a secret of at least 32 bytes', parseJwtSecret).optional(),
  SLUICE_JWT_JWKS_URL: value('an https URL, or http on this machine', parseJwksUrl).optional(),
  SLUICE_JWT_ISSUER: value('an issuer other than sluice, our own', parseIssuer).optional(),
  SLUICE_JWT_AUDIENCE: value('an audience', (text) => text).optional(),
  SLUICE_MAX_UPLOAD_BYTES: value('a size such as 500MiB or 10GiB', (text) =>
    within(parseSize(text), 1),
  ).default(10 * 1024 * MIB),
  SLUICE_UNFINISHED_EXPIRY: value('a duration such as 90s, 12h or 7d, plain numbers being seconds', (text) =>
    within(parseDuration(text), 1_000, 3_650 * DAY_MS),
  ).default(7 * DAY_MS),
  SLUICE_ARCHIVE_EXPIRY: value('a duration such as 12h, 30d or 365d, plain numbers being seconds', (text) =>
    within(parseDuration(text), 1_000, 3_650 * DAY_MS),
  ).default(365 * DAY_MS),
  SLUICE_DAILY_QUOTA_BYTES: value('a size such as 500MiB or 10GiB', (text) =>
    within(parseSize(text), 1),
  ).optional(),
  SLUICE_UPLOAD_SECRET: value('a secret of at least 8 characters', (text) =>
    match(text, /^[^\p{Cc}]{8,}$/u),
  ).optional(),
  SLUICE_MEMORY_BUDGET_BYTES: value('a size of at least 4MiB', (text) =>
    within(parseSize(text), 4 * MIB),
  ).default(256 * MIB),
  SLUICE_LOG_LEVEL: value(LOG_LEVELS.join(', '), (text) => oneOf(text, LOG_LEVELS)).default('info'),
})

type Variable = keyof typeof SCHEMA.shape

/** Never shown, and also taken from a file named by `<NAME>_FILE`. */
const SECRETS: readonly string[] = [
  'SLUICE_DATABASE_URL',
  'SLUICE_S3_ACCESS_KEY',
  'SLUICE_S3_SECRET_KEY',
  'SLUICE_COMPONENT_SECRET',
  'SLUICE_JWT_SECRET',
  'SLUICE_UPLOAD_SECRET',
] satisfies Variable[]

const S3: readonly Variable[] = [
  'SLUICE_S3_ENDPOINT',
  'SLUICE_S3_BUCKET',
  'SLUICE_S3_ACCESS_KEY',
  'SLUICE_S3_SECRET_KEY',
]

const COMPONENT: readonly Variable[] = [
  'SLUICE_COMPONENT_URL',
  'SLUICE_COMPONENT_JID',
  'SLUICE_COMPONENT_SECRET',
]

const NOT_BUILT = /^SLUICE_WORKERS$/

/**
 * Reads the whole configuration from the environment; an empty variable is as good as none.
 * @throws {ConfigError} naming each wrong, unknown or missing variable, all at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = []
  const unread = new Set<string>()
  const given = collect(environment, problems, unread)
  const { data, error } = SCHEMA.safeParse(given)
  for (const issue of error?.issues ?? []) {
    const name = String(issue.path[0])
    if (unread.has(name)) continue
    const got = SECRETS.includes(name) ? 'a value (not shown, it is a secret)' : JSON.stringify(given[name])
    problems.push(`${name} is ${got}; it takes ${issue.message}`)
  }
  checkGroup('S3', 'SLUICE_S3_', S3, given, problems)
  checkGroup('a component', 'SLUICE_COMPONENT_', COMPONENT, given, problems)
  const component = data && componentOf(data)
  if (data && problems.length === 0) checkChatServer(data, component, problems)
  const logins = { standalone: !component, registration: data?.SLUICE_REGISTRATION }
  const jwt = data && jwtOf(data, logins, problems)
  if (data === undefined || problems.length > 0) throw new ConfigError(problems)
  return {
    host: data.SLUICE_HOST,
    port: data.SLUICE_PORT,
    publicUrl: data.SLUICE_PUBLIC_URL,
    dataDir: data.SLUICE_DATA_DIR,
    domain: data.SLUICE_DOMAIN ?? (component && domainOf(component, data)) ?? 'localhost',
    databaseUrl: data.SLUICE_DATABASE_URL,
    s3: s3Of(data),
    component,
    allowedDomains: data.SLUICE_ALLOWED_DOMAINS ?? parentOf(component),
    registration:
      data.SLUICE_REGISTRATION ??
      (!component && !jwt && isLoopback(data.SLUICE_HOST) && !data.SLUICE_PUBLIC_URL ? 'open' : 'closed'),
    // What is larger than the quota would never fit.
    maxUploadBytes: Math.min(data.SLUICE_MAX_UPLOAD_BYTES, data.SLUICE_DAILY_QUOTA_BYTES ?? Infinity),
    unfinishedExpiryMs: data.SLUICE_UNFINISHED_EXPIRY,
    archiveExpiryMs: data.SLUICE_ARCHIVE_EXPIRY,
    dailyQuotaBytes: data.SLUICE_DAILY_QUOTA_BYTES,
    jwt,
    uploadSecret: data.SLUICE_UPLOAD_SECRET,
    memoryBudgetBytes: data.SLUICE_MEMORY_BUDGET_BYTES,
    logLevel: data.SLUICE_LOG_LEVEL,
  }
}

/** The variables that are ours and set, secrets read from their files; `unread` gets those whose file cannot be. */
function collect(environment: Environment, problems: string[], unread: Set<string>): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('SLUICE_') || name.startsWith('SLUICE_TEST_') || !text) continue
    const secret = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : ''
    if (name in SCHEMA.shape) given[name] = text
    else if (NOT_BUILT.test(name)) problems.push(`${name} is not built yet`)
    else if (!SECRETS.includes(secret)) problems.push(`${name} is not a variable of Sluice`)
    else if (environment[secret]) problems.push(`${name} and ${secret} are both set; only one can be`)
    else {
      const read = readSecret(name, text, problems)
      if (read === undefined) unread.add(secret)
      given[secret] = read ?? ''
    }
  }
  return given
}

function readSecret(name: string, path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    problems.push(
      `${name} is ${JSON.stringify(path)}, which cannot be read (${code}); it takes the path of a file`,
    )
    return undefined
  }
}

/** Variables that go together are all set or none. */
function checkGroup(
  what: string,
  prefix: string,
  needed: readonly Variable[],
  given: Readonly<Record<string, string>>,
  problems: string[],
): void {
  const set = Object.keys(given).filter((name) => name.startsWith(prefix))
  const missing = needed.filter((name) => !set.includes(name))
  if (set.length === 0 || missing.length === 0) return
  const are = missing.length === 1 ? 'is' : 'are'
  problems.push(`${missing.join(', ')} ${are} not set, but ${set[0]} is; ${what} takes ${needed.join(', ')}`)
}

function s3Of(data: z.infer<typeof SCHEMA>): S3Config | undefined {
  const { SLUICE_S3_ENDPOINT: endpoint, SLUICE_S3_BUCKET: bucket, SLUICE_S3_REGION: region } = data
  const { SLUICE_S3_ACCESS_KEY: accessKey, SLUICE_S3_SECRET_KEY: secretKey } = data
  return endpoint && bucket && accessKey && secretKey
    ? { endpoint, bucket, region, accessKey, secretKey }
    : undefined
}

/** A variable whose text `parse` makes a value of, or undefined when it is not what the variable `takes`. */
function value<T>(takes: string, parse: (text: string) => T | undefined) {
  return z.string().transform((text, context): T => {
    const parsed = parse(text)
    if (parsed !== undefined) return parsed
    context.issues.push({ code: 'custom', message: takes, input: text })
    return z.NEVER
  })
}
