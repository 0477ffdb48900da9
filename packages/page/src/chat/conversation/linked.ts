export type Piece = { readonly text: string; readonly href?: string }

const LINK = /https?:\/\/[^\s<>"]+/gi
/** At the end of a sentence, not of an address. */
const TRAILING = /[.,:;!?'*_]+$/

/** A text with its web addresses told apart: http and https only. */
export function linked(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const href = withoutTrailing(found)
    if (!URL.canParse(href)) continue
    if (index > done) pieces.push({ text: text.slice(done, index) })
    pieces.push({ text: href, href: new URL(href).href })
    done = index + href.length
  }
  if (done < text.length) pieces.push({ text: text.slice(done) })
  return pieces
}

function withoutTrailing(found: string): string {
  const bare = found.replace(TRAILING, '')
  const isOpen = (bare.match(/\(/g) ?? []).length >= (bare.match(/\)/g) ?? []).length
  return bare.endsWith(')') && !isOpen ? withoutTrailing(bare.slice(0, -1)) : bare
}
