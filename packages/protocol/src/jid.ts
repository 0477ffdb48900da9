import { defined } from './defined.ts'
import { Refusal } from './refusals.ts'
import { utf8Length } from './utf8-length.ts'

export interface Jid {
  /** local@domain */
  readonly bare: string
  /** With the resource if there is one. */
  readonly full: string
  readonly local?: string | undefined
  readonly domain: string
  readonly resource?: string | undefined
}

const MAX_PART_BYTES = 1023
// Of a text whose three parts fit: composing makes two bytes of at most three UTF-16 units.
const MAX_TEXT_UNITS = 3 * MAX_PART_BYTES * 1.5 + 2

/**
 * Prepares a JID for storing and comparing (RFC 7622 §3): width-mapped, lower-cased local and domain, NFC.
 * Throws `bad-jid` and nothing else. A-labels (`xn--`) stay as they are.
 */
export function prepareJid(text: string): Jid {
  // Before it is normalised, which takes time that may grow with the square of the length.
  if (text.length > MAX_TEXT_UNITS) throw bad('it is too long')
  const slash = text.indexOf('/')
  const bareText = slash < 0 ? text : text.slice(0, slash)
  const at = bareText.indexOf('@')
  const local = at < 0 ? undefined : prepareLocal(bareText.slice(0, at))
  const domain = prepareDomain(bareText.slice(at + 1))
  const resource = slash < 0 ? undefined : prepareResource(text.slice(slash + 1))
  const bare = local === undefined ? domain : `${local}@${domain}`
  const full = resource === undefined ? bare : `${bare}/${resource}`
  return defined<Jid>({ bare, full, local, domain, resource })
}

/** RFC 7622 §3.3: UsernameCaseMapped (RFC 8265 §3.3) without `"&'/:<>@`. */
function prepareLocal(text: string): string {
  const local = caseMapped(text)
  bounded(local, 'local part')
  if (/["&'/:<>@]/.test(local) || !/^[\x21-\x7E\p{L}\p{M}\p{Nd}]+$/u.test(local) || isDeceptive(local)) {
    throw bad('the local part holds a character that is not allowed')
  }
  return local
}

/** RFC 7622 §3.2: an IP literal, or labels of letters and digits; a final dot is dropped. */
function prepareDomain(text: string): string {
  const domain = caseMapped(text)
    .replace(/\u3002/g, '.')
    .replace(/\.$/, '')
  bounded(domain, 'domain')
  const literal = /^\[[0-9a-f:.]+\]$/.test(domain)
  if (
    !literal &&
    (!/^[\p{L}\p{M}\p{Nd}_-]+(\.[\p{L}\p{M}\p{Nd}_-]+)*$/u.test(domain) || isDeceptive(domain))
  ) {
    throw bad('the domain holds a character that is not allowed')
  }
  return domain
}

/** RFC 7622 §3.4: OpaqueString (RFC 8265 §4.2). */
function prepareResource(text: string): string {
  const resource = text.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  bounded(resource, 'resource')
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/u.test(resource))
    throw bad('the resource holds a control character')
  return resource
}

function caseMapped(text: string): string {
  const narrow = text.replace(/[\uFF01-\uFFEF]/g, (character) => character.normalize('NFKC'))
  return narrow.toLowerCase().normalize('NFC')
}

// RFC 8264 §9.13 PrecisIgnorableProperties and §9.17 HasCompat: two spellings that look alike would be two owners.
function isDeceptive(text: string): boolean {
  return /\p{Default_Ignorable_Code_Point}/u.test(text) || text.normalize('NFKC') !== text
}

function bounded(part: string, what: string): void {
  if (part === '') throw bad(`the ${what} is empty`)
  if (utf8Length(part) > MAX_PART_BYTES) throw bad(`the ${what} is longer than ${MAX_PART_BYTES} bytes`)
}

function bad(reason: string): Refusal {
  return new Refusal('bad-jid', { reason })
}
