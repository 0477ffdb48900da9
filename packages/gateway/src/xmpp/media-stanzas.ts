import {
  decodeCommand,
  decodeDelete,
  decodeLocate,
  decodeOffer,
  decodeSlotRequest,
  decodeUploads,
  encodeHttpSlot,
  encodeLocation,
  encodeSlot,
  encodeStatus,
  encodeUploads,
  httpUploadForm,
  NS,
  purposeFeature,
  Refusal,
  type XmlElement,
} from '@sluice/protocol'
import type { Transfer } from '../transfer/create-transfer.ts'
import type { Logger } from '../transfer/logger.ts'
import { discoInfo, discoItems } from './iq/disco.ts'
import type { IqHandler, IqRequest } from './iq/iq-request.ts'
import { checkedRequest, IqTable } from './iq/iq-table.ts'
import { errorOf, isRefused, resultOf } from './stanza-answers.ts'
import { XMPP } from './xmpp-namespaces.ts'

type UseCaseName =
  | 'offerUpload'
  | 'cancelUpload'
  | 'resumeUpload'
  | 'discardUpload'
  | 'claimMessage'
  | 'confirmSent'
  | 'deleteMedia'
  | 'listUploads'
  | 'locateMedia'

/** The use cases behind the stanzas of `urn:sluice:media:1` and XEP-0363. */
export type MediaUseCases = { readonly [Name in UseCaseName]: Pick<Transfer[Name], 'run'> } & {
  readonly requestSlot: Pick<Transfer['requestSlot'], 'run' | 'maxUploadBytes'>
}

/** The media service as stanzas: an iq in, its answer out; whichever way they travel. */
export class MediaStanzas {
  readonly #table: IqTable
  readonly #logger: Logger

  constructor({ transfer, logger }: { transfer: MediaUseCases; logger: Logger }) {
    this.#table = mediaIqs(transfer)
    this.#logger = logger
  }

  /**
   * Answers an iq that was sent to the media service; undefined when it is an answer itself. `from` is the device as
   * its server stamped it: its bare JID is the owner. Never rejects.
   */
  async answer(iq: XmlElement, from: IqRequest['from']): Promise<XmlElement | undefined> {
    if (iq.attrs.type === 'result' || iq.attrs.type === 'error') return undefined
    try {
      return resultOf(iq, await this.#table.answer(checkedRequest(iq, from)))
    } catch (error) {
      if (!isRefused(error)) this.#logger.error({ err: error }, 'a media stanza failed')
      return errorOf(iq, isRefused(error) ? error : new Refusal('internal-error'))
    }
  }

  /** What must stay in order among the stanzas of one device: those about the same upload. */
  static orderKey(iq: XmlElement): string {
    const { attrs } = iq.getChildElements()[0] ?? { attrs: {} as Record<string, string> }
    return attrs.upload ?? attrs.message ?? attrs.media ?? ''
  }
}

// Of the purposes of XEP-0363 those that a file serves which is kept until its owner deletes it.
const FEATURES = [
  NS.media,
  NS.httpUpload,
  ...(['message', 'profile', 'permanent'] as const).map(purposeFeature),
  XMPP.ping,
]

function mediaIqs(transfer: MediaUseCases): IqTable {
  const principal = ({ from }: IqRequest) => ({ owner: from.bare })
  const aboutUpload = (request: IqRequest) => ({
    principal: principal(request),
    uploadId: decodeCommand(request.payload).uploadId,
    device: request.from.full,
  })

  const handlers: [type: 'get' | 'set', name: string, handler: IqHandler][] = [
    [
      'set',
      'offer',
      async (request) => {
        const { from, payload } = request
        const offer = decodeOffer(payload)
        return encodeSlot(
          await transfer.offerUpload.run({ principal: principal(request), device: from.full, offer }),
        )
      },
    ],
    ['set', 'resume', async (request) => encodeSlot(await transfer.resumeUpload.run(aboutUpload(request)))],
    [
      'set',
      'cancel',
      async (request) => encodeStatus('cancelled', await transfer.cancelUpload.run(aboutUpload(request))),
    ],
    [
      'set',
      'discard',
      async (request) => encodeStatus('discarded', await transfer.discardUpload.run(aboutUpload(request))),
    ],
    [
      'set',
      'claim',
      async (request) => {
        await transfer.claimMessage.run(aboutUpload(request))
        return undefined
      },
    ],
    [
      'set',
      'sent',
      async (request) => {
        await transfer.confirmSent.run(aboutUpload(request))
        return undefined
      },
    ],
    [
      'set',
      'delete',
      async (request) => {
        await transfer.deleteMedia.run({
          principal: principal(request),
          mediaId: decodeDelete(request.payload),
        })
        return undefined
      },
    ],
    [
      'get',
      'uploads',
      async (request) => {
        decodeUploads(request.payload)
        return encodeUploads(await transfer.listUploads.run({ principal: principal(request) }))
      },
    ],
    [
      'get',
      'locate',
      async ({ payload }) =>
        encodeLocation(await transfer.locateMedia.run({ mediaId: decodeLocate(payload) })),
    ],
  ]

  const table = new IqTable()
    .on(
      'get',
      NS.discoInfo,
      'query',
      discoInfo({ category: 'store', type: 'file', name: 'Media' }, FEATURES, () =>
        httpUploadForm(transfer.requestSlot.maxUploadBytes),
      ),
    )
    .on('get', NS.discoItems, 'query', discoItems([]))
    .on('get', XMPP.ping, 'ping', () => undefined)
    .on('get', NS.httpUpload, 'request', async (request) =>
      encodeHttpSlot(
        await transfer.requestSlot.run({
          principal: principal(request),
          ...decodeSlotRequest(request.payload),
        }),
      ),
    )
  for (const [type, name, handler] of handlers) table.on(type, NS.media, name, handler)
  return table
}
