import { Refusal, refusalFromJson } from '@sluice/protocol'
import { Unreachable } from '../unreachable.ts'
import type { HttpResponse } from './http-transport.ts'

const LARGEST_CHARACTERS = 1024 * 1024

/** The JSON of an answer. Rejects with the Refusal that it says, or Unreachable when it is not understood. */
export async function jsonOf(response: HttpResponse): Promise<unknown> {
  const { status } = response
  const body = await parsed(response)
  if (status >= 200 && status < 300) return body
  throw refusalFromJson(status, body) ?? notUnderstood(status)
}

/** Reads the answer to its end, so that its connection can be used again; what is wrong with it does not matter. */
export async function leave(response: HttpResponse): Promise<void> {
  await parsed(response).catch(() => {})
}

async function parsed(response: HttpResponse): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LARGEST_CHARACTERS) throw notUnderstood(response.status)
  }
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined // A proxy's page; the status alone tells.
  }
}

function notUnderstood(status: number): Error {
  // What a proxy in front of the gateway says while the gateway is away.
  if (status >= 500 || status === 408 || status === 425 || status === 429)
    return new Unreachable(`The answer was ${status}`)
  return new Refusal('bad-request', { reason: `the answer was ${status}` })
}
