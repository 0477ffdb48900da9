export { type ArchiveQuery, encodeArchiveQuery } from './archive-query.ts'
export { decodeChatMessage, encodeChatMessage } from './chat-message.ts'
export { type ChatState, decodeChatState, encodeChatState } from './chat-state.ts'
export { COMMAND_NAMES, type Command, type CommandName, decodeCommand, encodeCommand } from './command.ts'
export {
  DELIVERY_STATES,
  type DeliveryEvent,
  type DeliverySnapshot,
  type DeliveryState,
  nextDeliveryState,
} from './delivery-state.ts'
export { checkFileName, mendFileName } from './file-name.ts'
export {
  decodeHttpSlot,
  decodeSlotRequest,
  encodeHttpSlot,
  encodeSlotRequest,
  type HttpSlot,
  type HttpSlotHeader,
  type HttpSlotRequest,
  httpUploadForm,
  purposeFeature,
  type UploadPurpose,
} from './http-upload.ts'
export { type Jid, prepareJid } from './jid.ts'
export {
  type Appearance,
  INTENT_LIMIT_BYTES,
  type Intent,
  MEDIA_KINDS,
  type MediaKind,
  type MediaLocation,
  type Offer,
  type Preview,
  type Sha256Hex,
  type Slot,
  type Thumbnail,
  type UnfinishedUpload,
  type UploadStatus,
} from './media.ts'
export {
  decodeDelete,
  decodeLocate,
  decodeLocation,
  encodeDelete,
  encodeLocate,
  encodeLocation,
} from './media-commands.ts'
export { checkMediaType } from './media-type.ts'
export type { ChatMessage, SharedMedia } from './message.ts'
export { checkIntentSize } from './metadata.ts'
export { NS } from './namespaces.ts'
export { decodeOffer, encodeOffer } from './offer.ts'
export { decodeReceipt, encodeReceipt, type Receipt } from './receipt.ts'
export { type RefusalJson, refusalFromJson, refusalJson } from './refusal-json.ts'
export { REFUSALS, Refusal, type RefusalCode, type RefusalDetails, type RefusalSpelling } from './refusals.ts'
export { decodeRoster, encodeRoster, type RosterItem } from './roster.ts'
export { decodeSlot, encodeSlot, slotFromJson, slotJson } from './slot.ts'
export { decodeStanzaError, encodeStanzaError, type StanzaError } from './stanza-error.ts'
export {
  decodeProgress,
  decodeStatus,
  encodeProgress,
  encodeStatus,
  progressMessage,
  statusFromJson,
  statusJson,
} from './status.ts'
export {
  nextUploadState,
  UPLOAD_EVENTS,
  type UploadEvent,
  type UploadSnapshot,
} from './upload-state.ts'
export { UPLOAD_STATES, type UploadState } from './upload-states.ts'
export { decodeUploads, encodeUploads } from './uploads.ts'
export { element, type XmlElement } from './xml.ts'
