// Only characters that mean nothing to a file system or a URL: no dot, so no way up; no upper case, so no clash.
const KEY = /^[0-9a-f-]{1,64}\/[0-9a-f-]{1,64}$/

/** Answers `key` when it has the form `<uploadId>/<offset>-<random>`; anything else is a bug, and throws. */
export function checkBlobKey(key: string): string {
  if (!KEY.test(key)) throw new Error(`not a blob key: ${JSON.stringify(key)}`)
  return key
}
