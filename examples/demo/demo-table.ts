import { byteText } from './byte-text.ts'

export interface DemoResult {
  readonly size: number
  readonly stops: readonly { readonly what: string; readonly at: number; readonly wentOnAt: number }[]
  /** File offsets: what the gateway said that it had read from the socket, and where the resumed upload went on. */
  readonly cancel: { readonly received: number; readonly wentOnAt: number }
  /** Bytes that had gone up when the gateway was killed, and had to go up again. */
  readonly killCost: number
  /** Bytes that went through the network for the upload and for the download. */
  readonly wire: { readonly up: number; readonly down: number }
  readonly sha256: { readonly sent: string; readonly received: string }
}

/** The last page of the demo, as text. */
export function demoTable({ size, stops, cancel, wire, sha256 }: DemoResult): string {
  const place = (bytes: number) => `${byteText(bytes)} (${((bytes / size) * 100).toFixed(1)} %)`
  const extra = (bytes: number) => `${byteText(bytes)} (${(((bytes - size) / size) * 100).toFixed(1)} % more)`
  const rows = [
    ['', 'stopped at', 'went on at', 'to send again'],
    ...stops.map(({ what, at, wentOnAt }) => [
      what,
      place(at),
      place(wentOnAt),
      byteText(Math.max(0, at - wentOnAt)),
    ]),
    [''],
    ['size of the file', byteText(size)],
    ['on the wire up', extra(wire.up)],
    ['on the wire down', extra(wire.down)],
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '))
  const verdict = (one: unknown, other: unknown) => (one === other ? 'equal' : 'DIFFERENT')
  return [
    ...lines,
    '',
    `received when Alice cancelled   ${cancel.received} B`,
    `resumed at                      ${cancel.wentOnAt} B   ${verdict(cancel.received, cancel.wentOnAt)}`,
    '',
    `SHA-256 sent       ${sha256.sent}`,
    `SHA-256 received   ${sha256.received}   ${verdict(sha256.sent, sha256.received)}`,
  ]
    .map((line) => `  ${line}`.trimEnd())
    .join('\n')
}

/** What of the promise was not kept, a line each. */
export function brokenPromises({ size, stops, cancel, killCost, wire, sha256 }: DemoResult): string[] {
  const broken: string[] = []
  if (sha256.sent !== sha256.received) broken.push('the received file differs from the sent one')
  if (cancel.received !== cancel.wentOnAt)
    broken.push(
      `the gateway had received ${cancel.received} bytes, but the upload went on at ${cancel.wentOnAt}`,
    )
  const bob = stops.at(-1)
  if (bob && bob.wentOnAt < bob.at)
    broken.push(`the download stopped at ${bob.at} bytes, but went on at ${bob.wentOnAt}`)
  const allowed = Math.floor(size * 1.01 + killCost)
  if (wire.up > allowed) broken.push(`${wire.up} bytes went up, more than the ${allowed} that are due`)
  return broken
}
