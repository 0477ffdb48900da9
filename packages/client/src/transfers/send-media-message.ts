import { type ChatMessage, Refusal } from '@sluice/protocol'
import { type Message, messageOf } from '../messages/message.ts'
import { Unreachable } from '../unreachable.ts'
import { mediaIdOf } from './media-id.ts'
import { Patience, persistently } from './persistently.ts'
import type { UploadRecord } from './upload-record.ts'
import { StoppedElsewhere, type UploadRun } from './upload-run.ts'

/**
 * Sends the message of a complete upload: its room entered → claimed (the lease of one device) → acknowledged by one's
 * own server, or passed on by the room → sent. `onClaiming` is called at the point of no return. When the line breaks
 * in between, the lease is taken again and the message goes out again under the same origin-id: receivers drop the
 * second (I8).
 */
export async function sendMediaMessage(
  run: UploadRun,
  steps: { onClaiming: (claim: Promise<boolean>) => void },
): Promise<Message> {
  const { record, needs, signal, cell } = run
  const chat = chatOf(record)
  const message = messageOf(chat, { from: needs.session.account, timestamp: needs.clock.now() })
  const patience = new Patience(run.retry)
  for (;;) {
    cell.enter('sending')
    // A listener of the state may have stopped it.
    signal.throwIfAborted()
    try {
      // Before the point of no return: a room may take long to enter.
      await needs.outbox.prepare(chat, signal)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      await patience.afterFailure(error)
      continue
    }
    if ((await claim(run, steps.onClaiming)) === 'sent-already') return message
    try {
      await needs.outbox.deliver(chat, signal)
      break
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      await patience.afterFailure(error)
    }
  }
  record.owes = 'sent'
  await needs.history.remember(message)
  await run.save()
  return message
}

async function claim(
  run: UploadRun,
  onClaiming: (claim: Promise<boolean>) => void,
): Promise<'claimed' | 'sent-already'> {
  const { record, needs, signal } = run
  const { slot } = record
  if (!slot) throw new Error('There is no slot')
  try {
    await persistently({ ...run.retry, online: true }, () => {
      const asked = needs.control.claim(slot, signal)
      onClaiming(
        asked.then(
          () => true,
          () => false,
        ),
      )
      return asked
    })
    return 'claimed'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'message-sent') return 'sent-already'
    if (error.code === 'message-withheld') throw new StoppedElsewhere('Withheld from elsewhere')
    throw error
  }
}

function chatOf({ id, to, kind, intent, file, slot, sha256 }: UploadRecord): ChatMessage {
  if (!file || slot?.getUrl === undefined) throw new Error('The upload has no link yet')
  const { chat = 'chat', caption, replyTo, metadata, appearance } = intent
  return {
    id,
    originId: id,
    to,
    chat,
    media: {
      mediaId: mediaIdOf(slot.getUrl),
      url: slot.getUrl,
      name: file.name,
      size: file.size,
      mediaType: file.mediaType,
      kind,
      sha256,
      ...appearance,
      caption,
    },
    ...(replyTo !== undefined && { replyTo: { id: replyTo } }),
    ...(metadata && { metadata }),
    receiptRequested: chat === 'chat',
  }
}
