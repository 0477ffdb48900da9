/** What the chat server ended the component's stream with (RFC 6120 §4.9.3). */
export class ComponentRefused extends Error {
  override readonly name = 'ComponentRefused'
  readonly condition: string

  constructor(condition: string, text: string) {
    super(text === '' ? condition : `${condition} (${text})`)
    this.condition = condition
  }
}
