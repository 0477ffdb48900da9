import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Table } from './store.ts'

type Held = [key: string, value: unknown]

// Of files that are open at once: processes may have few descriptors.
const AT_ONCE = 32

const LEFTOVER = /\.json\.[0-9a-f]{8}$/

/** JSON entries, each in a file of its own that is replaced as a whole. */
export class FolderRecords {
  readonly #folder: string
  readonly #writes = new Map<string, Promise<void>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async get(table: Table, key: string): Promise<unknown> {
    const path = this.#path(table, key)
    await this.#writes.get(path)
    return (await readEntry(path))?.[1]
  }

  async entries(table: Table): Promise<Held[]> {
    await Promise.all(this.#writes.values())
    const folder = join(this.#folder, table)
    const names = await readdir(folder).catch(() => [])
    const paths = names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
    const held: Held[] = []
    for (let next = 0; next < paths.length; next += AT_ONCE) {
      const read = await Promise.all(paths.slice(next, next + AT_ONCE).map(readEntry))
      held.push(...read.filter((entry) => entry !== undefined))
    }
    return held
  }

  /** Removes what a crash left of unfinished writes. Only before the first write. */
  async removeLeftovers(): Promise<void> {
    const names = await readdir(this.#folder, { recursive: true }).catch(() => [])
    const leftovers = names.filter((name) => LEFTOVER.test(name))
    for (const name of leftovers) await rm(join(this.#folder, name), { force: true })
  }

  put(table: Table, key: string, value: unknown): Promise<void> {
    const path = this.#path(table, key)
    const text = JSON.stringify([key, value])
    return this.#inTurn(path, () => replace(path, text))
  }

  delete(table: Table, key: string): Promise<void> {
    const path = this.#path(table, key)
    return this.#inTurn(path, () => rm(path, { force: true }))
  }

  async settle(): Promise<void> {
    await Promise.allSettled(this.#writes.values())
  }

  #inTurn(path: string, write: () => Promise<void>): Promise<void> {
    const turn = (this.#writes.get(path) ?? Promise.resolve()).then(write, write)
    const tracked = turn
      .catch(() => {})
      .then(() => {
        if (this.#writes.get(path) === tracked) this.#writes.delete(path)
      })
    this.#writes.set(path, tracked)
    return turn
  }

  // Keys are other people's message ids: never part of a path.
  #path(table: Table, key: string): string {
    return join(this.#folder, table, `${createHash('sha256').update(key).digest('hex')}.json`)
  }
}

/** Moves aside what a disk has damaged: without it the rest can be used. */
async function readEntry(path: string): Promise<Held | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Held
  } catch (error) {
    if (error instanceof SyntaxError) await rename(path, `${path}.damaged`)
    else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}

async function replace(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const next = `${path}.${randomBytes(4).toString('hex')}`
  const file = await open(next, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(next, path)
}
