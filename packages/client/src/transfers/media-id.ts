/** The media id in a link of the media service, which is `…/media/<id>/<name>`. */
export function mediaIdOf(url: string): string | undefined {
  const parts = new URL(url).pathname.split('/')
  const id = parts.at(-2)
  return parts.at(-3) === 'media' && id ? decodeURIComponent(id) : undefined
}
