import { linked } from './linked.ts'

/** A text with its links, exactly as it was written. */
export function TextBody({ text }: { readonly text: string }) {
  return (
    <p class="text-body" dir="auto">
      {linked(text).map(({ text: piece, href }, place) =>
        href ? (
          <a key={place} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {piece}
          </a>
        ) : (
          piece
        ),
      )}
    </p>
  )
}
