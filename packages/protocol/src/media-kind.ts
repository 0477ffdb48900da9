import type { MediaKind } from './media.ts'

const KIND_BY_EXTENSION: ReadonlyMap<string, MediaKind> = new Map(
  Object.entries({
    image: 'avif bmp gif heic jpeg jpg png webp',
    audio: 'aac flac m4a mp3 oga ogg opus wav',
    video: 'avi m4v mkv mov mp4 webm',
    document: 'csv doc docx md odp ods odt pdf ppt pptx rtf txt xls xlsx',
  } satisfies Partial<Record<MediaKind, string>>).flatMap(([kind, extensions]) =>
    extensions.split(' ').map((extension) => [extension, kind as MediaKind] as const),
  ),
)

/** What to show a foreign client's file as: by its media type, else by the extension of its name or URL. */
export function kindOf(mediaType: string | undefined, nameOrUrl: string): MediaKind {
  const type = mediaType?.split('/', 1)[0]?.toLowerCase()
  if (type === 'image' || type === 'audio' || type === 'video') return type
  const extension = /\.([a-z0-9]{1,5})(?:[?#]|$)/i.exec(nameOrUrl)?.[1]?.toLowerCase() ?? ''
  return KIND_BY_EXTENSION.get(extension) ?? 'file'
}
