import { idField } from './field.ts'
import { malformed } from './malformed.ts'
import { NS } from './namespaces.ts'
import { element, type XmlElement } from './xml.ts'

/** What an owner asks of one upload by an iq set; each has its HTTP twin `POST /uploads/<id>/<name>`. */
export const COMMAND_NAMES = ['cancel', 'resume', 'discard', 'claim', 'sent'] as const
export type CommandName = (typeof COMMAND_NAMES)[number]

export interface Command {
  readonly name: CommandName
  readonly uploadId: string
}

export function encodeCommand(name: CommandName, uploadId: string): XmlElement {
  return element(name, { xmlns: NS.media, upload: uploadId })
}

/** Throws `bad-request`. */
export function decodeCommand(command: XmlElement): Command {
  const name = COMMAND_NAMES.find((candidate) => command.is(candidate, NS.media))
  if (!name) throw malformed('the payload', COMMAND_NAMES.join(', '))
  return { name, uploadId: idField.parse(command.attrs.upload ?? '', 'upload') }
}
