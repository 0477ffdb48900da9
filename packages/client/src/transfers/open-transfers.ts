import { Archive } from '../messages/archive.ts'
import type { RepeatFilter } from '../messages/repeat-filter.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { MediaService } from '../session/media-service.ts'
import type { DownloadNeeds } from './download.ts'
import { Downloads } from './downloads.ts'
import { Places } from './places.ts'
import type { UploadNeeds } from './upload-run.ts'
import { Uploads } from './uploads.ts'

// As many as a browser opens to one host over HTTP/1.1.
const AT_ONCE = 6

type Needs = Omit<UploadNeeds, 'places'> &
  Omit<DownloadNeeds, 'places' | 'fileOf'> & { service: MediaService; rooms: Rooms; repeats: RepeatFilter }

export interface Transfers {
  readonly uploads: Uploads
  readonly downloads: Downloads
}

/** The transfers of an account, with those that earlier runs left. */
export async function openTransfers(needs: Needs): Promise<Transfers> {
  const uploads = new Uploads({ ...needs, places: new Places(AT_ONCE) })
  const archive = new Archive(needs)
  const downloads = new Downloads({ ...needs, archive, places: new Places(AT_ONCE) })
  await uploads.load()
  await downloads.load()
  return { uploads, downloads }
}
