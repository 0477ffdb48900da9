import source from './five-calls.ts?raw'

export type CallName = 'send' | 'cancelUpload' | 'resumeUpload' | 'download' | 'cancelDownload'

/** The lines of a call as they run. */
export function linesOf(name: CallName): string[] {
  const lines = source.split('\n')
  const head = lines.findIndex((line) => new RegExp(`^export (async )?function ${name}\\(`).test(line))
  const body = lines.slice(head + 1, lines.indexOf('}', head))
  return body.map((line) => line.slice(2).replace(/^return /, ''))
}

/** The line of a call that says this, if it has one. */
export function lineSaying(name: CallName, word: string): number {
  return linesOf(name).findIndex((line) => new RegExp(`said\\.${word}\\b`).test(line))
}
