import type { Message } from '@sluice/client'

const KINDS = { image: 'Photo', video: 'Video', audio: 'Audio', document: 'Document', file: 'File' } as const

/** A message in one line. */
export function summaryOf({ msgBody: { message_type: kind, message, media } }: Message): string {
  if (kind === 'text') return message ?? ''
  const named = kind === 'document' || kind === 'file' ? media?.fileName : undefined
  return media?.caption || named || KINDS[kind]
}
