import { type Appearance, checkIntentSize, type MediaKind, Refusal } from '@sluice/protocol'
import type { FileSource } from '../transfers/file-source.ts'
import type { PlannedIntent } from '../transfers/upload-record.ts'
import type { UploadNeeds } from '../transfers/upload-run.ts'
import { uploadPreview } from './upload-preview.ts'

const LOOKING_MS = 20_000

/**
 * The intent, with what is to be seen of the file: as much as fits beside the app's own words. Rejects as
 * MediaCare.look does.
 */
export async function describeFile(
  needs: UploadNeeds,
  {
    source,
    kind,
    intent,
    signal,
  }: { source: FileSource; kind: MediaKind; intent: PlannedIntent; signal: AbortSignal },
): Promise<PlannedIntent> {
  const care = await needs.mediaCare()
  const patience = AbortSignal.any([signal, AbortSignal.timeout(LOOKING_MS)])
  const look = await care.look(source, { kind, signal: patience })
  const preview = look.preview && (await uploadPreview(needs, look.preview, signal))
  signal.throwIfAborted()
  return { ...intent, appearance: fitting(intent, { ...look.appearance, ...(preview && { preview }) }) }
}

/** The inline thumbnail goes first, as it is the longest. */
function fitting(intent: PlannedIntent, { thumbnail, preview, ...facts }: Appearance): Appearance {
  const attempts: Appearance[] = [
    { ...facts, ...(thumbnail && { thumbnail }), ...(preview && { preview }) },
    { ...facts, ...(preview && { preview }) },
  ]
  return attempts.find((appearance) => fits({ ...intent, appearance })) ?? facts
}

function fits(intent: PlannedIntent): boolean {
  try {
    checkIntentSize(intent)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
