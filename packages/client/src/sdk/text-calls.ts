import { type SendTextOptions, sendText } from '../client-messages.ts'
import { Bounced } from '../messages/bounced.ts'
import type { Message } from '../messages/message.ts'
import { badParameter, recipientParameter, textParameter } from '../parameters.ts'
import { randomId } from '../random-id.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import { wireFailure } from '../transfers/upload-failure.ts'
import { Unreachable } from '../unreachable.ts'
import type { Chain } from './chain.ts'
import type { TextParams } from './facade.ts'
import { newRun } from './new-run.ts'
import type { SdkContext } from './sdk-context.ts'

/** sendTextMessage. */
export function startText(context: SdkContext, params: TextParams): Chain<Message> {
  return newRun<Message>(context, async (run) => {
    const core = context.core()
    const id = randomId()
    const { rooms } = core.account
    if (typeof params !== 'object' || params === null) throw badParameter('toJid')
    const sending = sendText(core, {
      id,
      to: recipientParameter(params.toJid, 'toJid', rooms),
      text: textParameter(params.message, 'message'),
      replyTo: params.replyMessageId || undefined,
      metadata: params.metaData as SendTextOptions['metadata'],
    })
    run.begin('pending', id)
    const data = await sending.catch((error: unknown) => {
      throw [Bounced, Unreachable, StanzaRefused].some((known) => error instanceof known)
        ? new TransferError(wireFailure(error), { cause: error })
        : error
    })
    run.succeed({ statusCode: 200, message: `Message ${id} is sent`, data })
  }).chain
}
