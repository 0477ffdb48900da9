import type { JSX } from 'preact'

type ButtonProps = JSX.IntrinsicElements['button'] & {
  /** `first`: the one thing to do next. */
  readonly look?: 'plain' | 'first' | 'danger' | 'quiet'
}

export function Button({ look = 'plain', class: extra, type = 'button', ...rest }: ButtonProps) {
  const classes = ['button', look !== 'plain' && `button-${look}`, extra].filter(Boolean).join(' ')
  return <button type={type} class={classes} {...rest} />
}
