/** Files of this run as the browser shows them before they are sent, by message id. */
export class Previews {
  readonly #urls = new Map<string, string>()

  get(id: string): string | undefined {
    return this.#urls.get(id)
  }

  add(id: string, file: Blob): void {
    if (!this.#urls.has(id)) this.#urls.set(id, URL.createObjectURL(file))
  }

  drop(id: string): void {
    const url = this.#urls.get(id)
    if (url !== undefined) URL.revokeObjectURL(url)
    this.#urls.delete(id)
  }

  clear(): void {
    for (const id of [...this.#urls.keys()]) this.drop(id)
  }
}
