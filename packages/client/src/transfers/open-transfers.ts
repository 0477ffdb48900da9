import type { Archive } from '../messages/archive.ts'
import { MediaService } from '../session/media-service.ts'
import type { DownloadNeeds } from './download.ts'
import { Downloads } from './downloads.ts'
import { MediaControl } from './media-control.ts'
import { Places } from './places.ts'
import type { UploadNeeds } from './upload-run.ts'
import { Uploads } from './uploads.ts'

// As many as a browser opens to one host over HTTP/1.1.
const AT_ONCE = 6

type Needs = Omit<UploadNeeds, 'places' | 'control' | 'service'> &
  Omit<DownloadNeeds, 'places' | 'fileOf'> & {
    readonly archive: Pick<Archive, 'findMedia'>
    readonly mediaService?: string | undefined
  }

export interface Transfers {
  readonly control: MediaControl
  readonly uploads: Uploads
  readonly downloads: Downloads
}

/** The transfers of an account, with those that earlier runs left. */
export async function openTransfers(needs: Needs): Promise<Transfers> {
  const { store, log } = needs
  const service = new MediaService({
    ...needs,
    given: needs.mediaService,
    remembered: (await store.get('device', 'media-service')) as string | undefined,
    onFound: (jid) => {
      const keeping = store.put('device', 'media-service', jid)
      keeping.catch((error: unknown) => log('warn', 'the media service was not remembered', { error }))
    },
  })
  const control = new MediaControl({ ...needs, service })
  const uploads = new Uploads({ ...needs, service, control, places: new Places(AT_ONCE) })
  const downloads = new Downloads({ ...needs, control, places: new Places(AT_ONCE) })
  await uploads.load()
  await downloads.load()
  return { control, uploads, downloads }
}
