/** Whether an Accept header names this media type itself; a wildcard does not ask for it in particular (RFC 9110 §12.5.1). */
export function acceptsByName(accept: string | undefined, type: string): boolean {
  return qualities(accept).some(({ name, quality }) => name === type && quality > 0)
}

/** The first of `codings`, best first, that an Accept-Encoding header lets through (RFC 9110 §12.5.3). */
export function acceptedCoding<T extends string>(
  accept: string | undefined,
  codings: readonly T[],
): T | undefined {
  const accepted = qualities(accept)
  return codings.find((coding) => {
    const said = accepted.find(({ name }) => name === coding) ?? accepted.find(({ name }) => name === '*')
    return said !== undefined && said.quality > 0
  })
}

function qualities(header = ''): { name: string; quality: number }[] {
  return header.split(',').map((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    return { name, quality: Number.isNaN(quality) ? 0 : quality }
  })
}
