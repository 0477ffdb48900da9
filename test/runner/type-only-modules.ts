import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'

/** The modules below `folder` that vanish when their types are erased: nothing loads them, so nothing can cover them. */
export async function typeOnlyModules(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/(?<!\.d)\.ts$/.test(name)) continue
    const path = join(folder, name)
    const { outputText } = ts.transpileModule(await readFile(path, 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, removeComments: true, verbatimModuleSyntax: true },
    })
    if (/^\s*(export \{\};)?\s*$/.test(outputText)) found.push(path)
  }
  return found
}
