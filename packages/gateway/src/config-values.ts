import { prepareJid } from '@sluice/protocol'

// What the texts of variables mean: each answers a value, or undefined when the text is none.

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
}

const DURATIONS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 }

/** `10GiB`, `1.5 MB` or a plain number of bytes → bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, SIZES, 1)
}

/** `90s`, `30m`, `12h`, `7d` or a plain number of seconds → milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, DURATIONS, 1e3)
}

/** The shortest spelling that {@link parseSize} reads back: `10GiB`. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, { TiB: 2 ** 40, GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10, B: 1 })
}

/** The shortest spelling that {@link parseDuration} reads back: `7d`. */
export function formatDuration(ms: number): string {
  return formatQuantity(ms, { d: 86400e3, h: 3600e3, m: 60e3, s: 1e3 })
}

/** True for the addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

export function match(text: string, form: RegExp): string | undefined {
  return form.test(text) ? text : undefined
}

export function oneOf<const T extends string>(text: string, values: readonly T[]): T | undefined {
  return values.find((candidate) => candidate === text)
}

export function within(
  number: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  return number !== undefined && number >= least && number <= most ? number : undefined
}

export function parseHost(text: string): string | undefined {
  return match(text, /^[A-Za-z0-9.:_-]+$/)
}

export function parsePort(text: string): number | undefined {
  return within(/^\d{1,5}$/.test(text) ? Number(text) : undefined, 0, 65_535)
}

export function parseDomain(text: string): string | undefined {
  try {
    const jid = prepareJid(text)
    return jid.full === jid.domain ? jid.domain : undefined
  } catch {
    return undefined
  }
}

export function parsePublicUrl(text: string): string | undefined {
  const url = httpUrl(text)
  return url && !url.search && !url.hash ? url.href.replace(/\/+$/, '') : undefined
}

export function parseEndpoint(text: string): string | undefined {
  const url = httpUrl(text)
  return url && url.pathname === '/' && !url.search && !url.hash ? url.origin : undefined
}

export function parseBucket(text: string): string | undefined {
  return match(text, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
}

export function parseDatabaseUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && ['postgres:', 'postgresql:'].includes(url.protocol) ? text : undefined
}

/** `xmpp://host:port` → both; XEP-0114 has no port of its own, and servers listen on 5347. */
export function parseComponentUrl(text: string): { host: string; port: number } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'xmpp:' || !/^(|\/)$/.test(url.pathname)) return undefined
  if (url.username || url.password || url.search || url.hash) return undefined
  // An IPv6 address stands in brackets in a URL, and nowhere else.
  const host = parseHost(url.hostname.replace(/^\[(.*)\]$/, '$1'))
  return host === undefined || url.port === '0' ? undefined : { host, port: Number(url.port || 5347) }
}

/** `a.example, b.example` → prepared domains; `*` → all. */
export function parseDomains(text: string): readonly string[] | '*' | undefined {
  if (text.trim() === '*') return '*'
  const domains = text.split(',').map((domain) => parseDomain(domain.trim()))
  return domains.every((domain) => domain !== undefined) ? [...new Set(domains)] : undefined
}

/** The domain that a service is a part of: `media.example.org` → `example.org`. */
export function parentDomain(domain: string): string | undefined {
  return /^[^.]+\.(.+)$/.exec(domain)?.[1]
}

function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : undefined
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>, plain: number) {
  const [, number, unit] = /^(\d{1,16}(?:\.\d{1,6})?) ?([A-Za-z]*)$/.exec(text) ?? []
  if (number === undefined || unit === undefined) return undefined
  const factor = unit === '' ? plain : units[unit.toLowerCase()]
  if (factor === undefined) return undefined
  const quantity = Math.round(Number(number) * factor)
  return Number.isSafeInteger(quantity) ? quantity : undefined
}

/** In the largest unit of which it is a whole number, or else in the smallest. */
function formatQuantity(quantity: number, units: Readonly<Record<string, number>>): string {
  const names = Object.keys(units)
  const name = names.find((unit) => quantity % (units[unit] ?? 1) === 0) ?? names.at(-1) ?? ''
  return `${quantity / (units[name] ?? 1)}${name}`
}
