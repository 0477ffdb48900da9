import type { FileInput } from '../transfers/file-source.ts'
import type { News, Verb } from '../transfers/sharing.ts'
import type { TransferFailure } from '../transfers/transfer-error.ts'

/** Whom a note is about. */
interface Subject {
  readonly kind: 'upload' | 'download'
  readonly id: string
}

/** What the tabs of an account tell each other. Within one version of the client: a page and its tabs share it. */
export type TabNote =
  | { readonly type: 'hello' }
  | (Subject & { readonly type: 'news'; readonly news: News })
  | (Subject & {
      readonly type: 'ask'
      readonly call: string
      readonly verb: Verb
      readonly file?: FileInput | undefined
    })
  | { readonly type: 'answer'; readonly call: string; readonly failure?: TransferFailure | undefined }
  | { readonly type: 'logout' }
