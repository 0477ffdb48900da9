import type { Surface } from './sdk-surface.ts'

/**
 * A browser's own type, and contracts for who writes a store: those are read where they are declared, beside the suite that
 * holds stores to them.
 */
const IN_SOURCE_ONLY = new Set([
  'AccountStore',
  'FileHandle',
  'FinishedFile',
  'GivenFile',
  'KeptFile',
  'Part',
  'PartDamaged',
  'StorageFull',
  'Store',
  'StoreBusy',
  'Table',
  'UploadFiles',
])

/**
 * What a page about the SDK misses or invents. A table under `<!-- exports of MODULE -->` names what the module exports, one
 * under `<!-- members of TYPE -->` what the type has: in the first cell of each row, in backticks.
 */
export function sdkDocProblems(page: string, modules: ReadonlyMap<string, Surface>): string[] {
  const tables = markedTables(page)
  const problems: string[] = []
  const hold = (mark: string, actual: readonly string[]) => {
    const written = tables.get(mark)
    tables.delete(mark)
    if (!written) return problems.push(`there is no table of the ${mark}`)
    const [known, said] = [new Set(actual), new Set(written)]
    for (const name of known) if (!said.has(name)) problems.push(`${mark}: ${name} is missing`)
    for (const name of said) if (!known.has(name)) problems.push(`${mark}: there is no ${name}`)
    if (said.size < written.length) problems.push(`${mark}: something is there twice`)
  }
  for (const [module, surface] of modules) {
    hold(`exports of ${module}`, [...surface.keys()])
    for (const [name, { members }] of surface)
      if (members.length > 0 && !IN_SOURCE_ONLY.has(name)) hold(`members of ${name}`, members)
  }
  for (const mark of tables.keys()) problems.push(`there is nothing that has ${mark}`)
  return problems
}

/** The rows of the marked table, each by its cells. */
export function tableRows(page: string, mark: string): string[][] {
  const [, text = ''] = page.split(`<!-- ${mark} -->`)
  const lines = text.trimStart().split('\n')
  const end = lines.findIndex((line) => !line.startsWith('|'))
  // The head and the line below it are no rows.
  return lines.slice(2, end < 0 ? undefined : end).map((line) => cells(line))
}

function markedTables(page: string): Map<string, string[]> {
  const marks = [...page.matchAll(/^<!-- ((?:exports|members) of .+?) -->$/gm)].map(([, mark = '']) => mark)
  return new Map(
    marks.map((mark) => {
      const firsts = tableRows(page, mark).map(([first = '']) => first)
      return [mark, firsts.flatMap((first) => [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))]
    }),
  )
}

function cells(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}
