import type { ComponentProps } from 'preact'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'

interface IconButtonProps extends Omit<ComponentProps<typeof Button>, 'children' | 'label' | 'icon'> {
  readonly icon: IconName
  /** What it does, for screen readers and as a tooltip. */
  readonly label: string
}

export function IconButton({ icon, label, look = 'quiet', class: extra, ...rest }: IconButtonProps) {
  const classes = ['button-icon', extra].filter(Boolean).join(' ')
  return (
    <Button {...rest} look={look} class={classes} aria-label={label} title={label}>
      <Icon name={icon} />
    </Button>
  )
}
