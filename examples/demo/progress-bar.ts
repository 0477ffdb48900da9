import { byteText } from './byte-text.ts'

const WIDTH = 32

/** A bar that redraws its line on a terminal, and prints a line for each tenth elsewhere. */
export class ProgressBar {
  readonly #label: string
  readonly #output: NodeJS.WriteStream
  #lastTenth = -1

  constructor(label: string, output = process.stdout) {
    this.#label = label
    this.#output = output
  }

  show(bytes: number, total: number): void {
    const share = total === 0 ? 1 : bytes / total
    const filled = Math.round(share * WIDTH)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
    const line = `  ${this.#label.padEnd(16)} ${bar} ${(share * 100).toFixed(1).padStart(5)} %  ${byteText(bytes)}`
    const tenth = Math.floor(share * 10)
    if (this.#output.isTTY) this.#output.write(`\r${line}\x1b[K`)
    else if (tenth !== this.#lastTenth) this.#output.write(`${line}\n`)
    this.#lastTenth = tenth
  }

  /** Ends the line; what is said next begins below. */
  end(): void {
    if (this.#output.isTTY && this.#lastTenth >= 0) this.#output.write('\n')
  }
}
