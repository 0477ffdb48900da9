import type { UploadBackend } from './chat-server.ts'
import { adapt, pageConfiguration } from './page-blocks.ts'

/** A chat server's configuration from docs/upload-backend.md, with a test's gateway in it. */
export async function uploadBackendBlock({
  configuration,
  publicUrl,
  secret,
}: UploadBackend): Promise<string> {
  return adapt(await pageConfiguration('upload-backend.md', configuration), {
    'https://media.example.org': publicUrl,
    'the secret of SLUICE_UPLOAD_SECRET': secret,
  })
}
