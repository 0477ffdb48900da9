import type { DeliveryState, Intent, MediaKind, UploadState } from '@sluice/protocol'
import type { DeliveryRecord, UploadRecord } from '../transfer/upload-ledger.ts'

/** A node silent for so long is dead, by the database's time. */
const NODE_DEAD_AFTER = "interval '10 seconds'"

/** SQL: whether the node that `column` names lives. */
export function alive(column: string): string {
  return `exists(select from node where node.id = ${column} and node.beat_at > now() - ${NODE_DEAD_AFTER})`
}

/** SQL: the record of `u`, a row of upload; a part of concatenation, that has no media, is none. */
export function selectRecord(from: string): string {
  return `
select u.id, u.owner, u.message_id, u.size, u.committed, u.state, u.ended_reason, u.epoch, u.writer, u.grant_no,
  u.created_at, u.expires_at, u.expires_at <= now() as overdue, u.hash_due, encode(u.sha256, 'hex') as sha256, ${alive('u.writer')} as writer_alive,
  m.id as media_id, m.name as media_name, m.type as media_type,
  d.recipient, d.kind, d.intent, encode(d.fingerprint, 'hex') as fingerprint, d.state as delivery_state, d.device,
  d.lease_until, d.progress_jid, u.tus_metadata
from ${from} u join media m on m.upload_id = u.id left join delivery d on d.upload_id = u.id`
}

export interface UploadRow {
  id: string
  owner: string
  message_id: string | null
  size: number
  committed: number
  state: UploadState
  ended_reason: 'hash-mismatch' | null
  epoch: number
  writer: string | null
  writer_alive: boolean
  grant_no: number
  created_at: Date
  expires_at: Date
  overdue: boolean
  hash_due: boolean
  sha256: string | null
  media_id: string
  media_name: string
  media_type: string
  recipient: string | null
  kind: MediaKind
  intent: Intent
  fingerprint: string | null
  delivery_state: DeliveryState
  device: string | null
  lease_until: Date | null
  progress_jid: string | null
  tus_metadata: string | null
}

export function toRecord(row: UploadRow): UploadRecord {
  return {
    id: row.id,
    owner: row.owner,
    messageId: row.message_id ?? undefined,
    size: row.size,
    committed: row.committed,
    state: row.state,
    endedReason: row.ended_reason ?? undefined,
    hash: row.sha256 ? 'known' : row.hash_due ? 'later' : 'none',
    sha256: row.sha256 ?? undefined,
    offeredAt: row.created_at,
    expiresAt: row.expires_at,
    overdue: row.overdue,
    epoch: row.epoch,
    writer: row.writer ?? undefined,
    writerAlive: row.writer_alive,
    grantNo: row.grant_no,
    media: { id: row.media_id, name: row.media_name, type: row.media_type },
    delivery: toDelivery(row),
    tusMetadata: row.tus_metadata ?? undefined,
  }
}

function toDelivery(row: UploadRow): DeliveryRecord | undefined {
  if (row.recipient === null) return undefined
  return {
    to: row.recipient,
    kind: row.kind,
    intent: row.intent,
    fingerprint: row.fingerprint ?? undefined,
    state: row.delivery_state,
    device: row.device ?? undefined,
    leaseUntil: row.lease_until ?? undefined,
    progressJid: row.progress_jid ?? undefined,
  }
}
