import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** What a browser may get for one file, by the content coding's name. */
export type Encoding = 'identity' | 'gzip' | 'br'

export interface PageFile {
  readonly type: string
  /** Strong and quoted, each coding its own: made of the content, since all files of an npm package have one date. */
  readonly variants: ReadonlyMap<Encoding, { readonly bytes: Buffer; readonly etag: string }>
  /** Its name changes with its content. */
  readonly hashed: boolean
}

/** By path from the page's folder: `index.html`, `assets/main-1a2b3c.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.webp': 'image/webp',
}

const CODINGS = [
  ['identity', ''],
  ['gzip', '.gz'],
  ['br', '.br'],
] as const

/**
 * The whole page in memory: it is small, and what is not among these names cannot be asked for. Undefined where it has
 * not been built. Rejects on a file of a type that browsers would have to guess.
 */
export async function readPageFiles(folder: string): Promise<PageFiles | undefined> {
  const files = new Map<string, PageFile>()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifAbsent)
  for (const entry of entries ?? []) {
    if (!entry.isFile() || /\.(gz|br)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const type = TYPES[extname(entry.name)]
    if (type === undefined) throw new Error(`the page has a file of an unknown type: ${path}`)
    const name = path.slice(join(folder, sep).length).replaceAll(sep, '/')
    files.set(name, { type, variants: await readVariants(path), hashed: name.startsWith('assets/') })
  }
  return files.has('index.html') ? files : undefined
}

async function readVariants(path: string): Promise<PageFile['variants']> {
  const variants = new Map<Encoding, { bytes: Buffer; etag: string }>()
  for (const [encoding, suffix] of CODINGS) {
    const bytes = await readFile(path + suffix).catch(ifAbsent)
    if (!bytes) continue
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    variants.set(encoding, { bytes, etag })
  }
  return variants
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
