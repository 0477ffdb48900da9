import { readFileSync } from 'node:fs'

const TEXT = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')

/** A fenced block of docs/protocol.md, with the name that the comment before it gives. */
export interface Block {
  readonly name: string | undefined
  readonly language: string
  readonly content: string
}

/** A table row's cells. */
type Row = readonly string[]

interface Section {
  readonly heading: string
  readonly blocks: readonly Block[]
  /** Without their heads, by the first head cell. */
  readonly tables: ReadonlyMap<string, readonly Row[]>
  /** The head of each table, by its first cell. */
  readonly heads: ReadonlyMap<string, Row>
}

/** docs/protocol.md by its headings. */
export const SECTIONS: readonly Section[] = TEXT.split(/^#+ /m)
  .slice(1)
  .map((text) => {
    const tables = tablesOf(text)
    return {
      heading: text.slice(0, text.indexOf('\n')),
      blocks: blocksOf(text),
      tables: new Map(tables.map(([head, , ...rows]) => [head?.[0] ?? '', rows])),
      heads: new Map(tables.map(([head = []]) => [head[0] ?? '', head])),
    }
  })

export function section(heading: string): Section {
  const found = SECTIONS.find((candidate) => candidate.heading === heading)
  if (!found) throw new Error(`docs/protocol.md has no section ${heading}`)
  return found
}

/** The words that are set as code. */
export function codes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/(?:<!-- example: (\S+) -->\n)?```(\w*)\n([\s\S]*?)\n```/g)].map(
    ([, name, language = '', content = '']) => ({ name, language, content }),
  )
}

function tablesOf(text: string): Row[][] {
  return [...text.matchAll(/(?:^\|.*\|\n?)+/gm)].map(([table]) =>
    table
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  )
}
