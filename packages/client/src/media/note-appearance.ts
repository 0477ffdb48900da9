import type { FileSource } from '../transfers/file-source.ts'
import type { UploadRun } from '../transfers/upload-run.ts'

/** Takes down what is to be seen of the file, before the offer tells it. The upload never fails for it. */
export async function noteAppearance(
  { needs, record, signal }: Pick<UploadRun, 'needs' | 'record' | 'signal'>,
  source: FileSource | undefined,
): Promise<void> {
  const { id, kind, slot, intent } = record
  if (!source || slot || intent.appearance || !['image', 'audio', 'video'].includes(kind)) return
  try {
    const { describeFile } = await import('./describe-file.ts')
    record.intent = await describeFile(needs, { source, kind, intent, signal })
  } catch (error) {
    signal.throwIfAborted()
    needs.log('warn', 'an upload goes without a look at its file', { id, error })
  }
}
