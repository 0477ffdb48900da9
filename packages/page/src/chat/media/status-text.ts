import { byteText } from '../../design/byte-text.ts'
import { timeLeftText } from '../../design/time-text.ts'
import type { TransferView } from './use-transfer.ts'

/** How a transfer stands, in a few words. */
export function statusText(
  { state, progress, bytesPerSecond }: Omit<TransferView, 'failure'>,
  direction: 'upload' | 'download',
): string {
  const { committed, total } = progress
  const far = total > 0 ? `${byteText(committed)} of ${byteText(total)}` : ''
  switch (state) {
    case 'pending':
      return 'Starting …'
    case 'active': {
      if (!bytesPerSecond) return far
      const left = timeLeftText((total - committed) / bytesPerSecond)
      return `${far} · ${byteText(bytesPerSecond)}/s · ${left}`
    }
    case 'waiting':
      return `Waiting for the connection${far && ` · ${far}`}`
    case 'paused':
      return `Paused${far && ` at ${far}`}`
    case 'processing':
      return 'Checking the file …'
    case 'sending':
      return 'Sending the message …'
    case 'done':
      return direction === 'upload' ? 'Sent' : 'Downloaded'
    case 'failed':
      return 'Failed'
    case 'discarded':
      return 'Discarded'
  }
}
