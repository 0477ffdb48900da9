import { readFile } from 'node:fs/promises'

const DOCS = new URL('../../docs/', import.meta.url)

/** The fenced blocks of a page of docs whose info string names a file (```` ```lua /etc/… ````): that file's text. */
export async function pageBlocks(page: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL(page, DOCS), 'utf8')
  const blocks = new Map<string, string>()
  for (const [, path = '', body = ''] of text.matchAll(/^```\w+ (\/\S+)\n(.*?)^```$/gms)) {
    if (blocks.has(path)) throw new Error(`docs/${page} has two blocks for ${path}`)
    blocks.set(path, body)
  }
  return blocks
}

/** Throws when the page has no block for that file. */
export async function pageBlock(page: string, path: string): Promise<string> {
  const block = (await pageBlocks(page)).get(path)
  if (block === undefined) throw new Error(`docs/${page} has no block for ${path}`)
  return block
}

/** The fenced block under `<!-- configuration: NAME -->`. Throws when the page has none. */
export async function pageConfiguration(page: string, name: string): Promise<string> {
  const text = await readFile(new URL(page, DOCS), 'utf8')
  const [, block] =
    new RegExp(`^<!-- configuration: ${name} -->\n\`\`\`\\w+\n(.*?)^\`\`\`$`, 'ms').exec(text) ?? []
  if (block === undefined) throw new Error(`docs/${page} has no configuration ${name}`)
  return block
}

/** The variables of a block for a file that systemd reads as an environment. */
export async function pageEnvironment(page: string, path: string): Promise<Record<string, string>> {
  const lines = (await pageBlock(page, path)).split('\n')
  const set = lines.filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    set.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** Puts a test's own values in the place of the page's; throws when one of these is not there. */
export function adapt(block: string, replacements: Readonly<Record<string, string>>): string {
  let adapted = block
  for (const [from, to] of Object.entries(replacements)) {
    if (!adapted.includes(from)) throw new Error(`${JSON.stringify(from)} is not in the block:\n${block}`)
    adapted = adapted.replaceAll(from, to)
  }
  return adapted
}
