import './avatar.css'

interface AvatarProps {
  readonly jid: string
  readonly name: string
  readonly online?: boolean | undefined
  readonly small?: boolean
}

/** The first letter of a name, in a colour that is always the same for an address. */
export function Avatar({ jid, name, online, small }: AvatarProps) {
  const classes = ['avatar', small && 'avatar-small', online && 'avatar-online'].filter(Boolean).join(' ')
  const letter = [...name][0]?.toUpperCase() ?? '?'
  return (
    <span class={classes} style={{ '--hue': hueOf(jid) }} aria-hidden="true">
      {letter}
    </span>
  )
}

function hueOf(jid: string): number {
  let hash = 0
  for (const character of jid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600
  return hash % 360
}
