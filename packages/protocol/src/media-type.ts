import { malformed } from './malformed.ts'

const NAME = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}' // RFC 6838 §4.2
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+" // RFC 9110 §5.6.2
const QUOTED = '"[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]*"'
const MEDIA_TYPE = new RegExp(`^(?=.{1,255}$)${NAME}/${NAME}(?: *; *${TOKEN}=(?:${TOKEN}|${QUOTED}))*$`)

/**
 * type/subtype, with the parameters that browsers add to what they record (`audio/webm;codecs=opus`), at most
 * 255 characters. Throws `bad-request`.
 */
export function checkMediaType(text: string, name = 'the media type'): string {
  if (!MEDIA_TYPE.test(text)) throw malformed(name, 'type/subtype (RFC 6838)')
  return text
}
