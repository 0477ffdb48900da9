import { type Refusal, refusalJson } from '@sluice/protocol'
import type { HttpResponse } from '../src/transfers/http-transport.ts'

export function refusal(error: Refusal): HttpResponse {
  return answer(error.spelling.status, refusalJson(error))
}

export function answer(status: number, json: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    header: (name) => headers[name],
    body: (async function* () {
      if (json !== undefined) yield new TextEncoder().encode(JSON.stringify(json))
    })(),
  }
}
