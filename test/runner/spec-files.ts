import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { TestGroup } from '../groups.ts'

/** Every `*.test.ts` below `packages` and `test`, by its path from `root`, with `/`. */
export async function findSpecFiles(root: string): Promise<string[]> {
  const found: string[] = []
  for (const folder of ['packages', 'test']) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.test.ts')) continue
      const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')
      if (!path.includes('node_modules/')) found.push(path)
    }
  }
  return found.sort()
}

/** Gives each file to the group with the longest matching prefix; `homeless` are those that no group wants. */
export function assignSpecFiles(
  files: readonly string[],
  groups: readonly TestGroup[],
): { byGroup: Map<TestGroup, string[]>; homeless: string[] } {
  const byGroup = new Map<TestGroup, string[]>(groups.map((group) => [group, []]))
  const homeless: string[] = []
  for (const file of files) {
    const matches = groups.flatMap((group) => group.under.map((prefix) => ({ group, prefix })))
    const [best] = matches
      .filter(({ prefix }) => file.startsWith(prefix))
      .sort((a, b) => b.prefix.length - a.prefix.length)
    if (best) byGroup.get(best.group)?.push(file)
    else homeless.push(file)
  }
  return { byGroup, homeless }
}
