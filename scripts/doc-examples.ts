import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'

/** What examples may use without saying where it is from: a client, an SDK, a file, and what an app does with it. */
const GIVEN = `
import type { Client, Facade } from '@sluice/client'
declare global {
  const SDK: Facade
  const client: Client
  const file: File
  const msgId: string
  function show(...what: unknown[]): void
}`

/** The code blocks of pages as modules of one program, with the SDK's own sources behind their imports. */
export function openExamples(pages: readonly string[], roots: readonly string[]): DocExamples {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())
  const virtual = new Map([[resolve('given.d.ts'), GIVEN]])
  const blocks = new Map<string, string>()
  for (const page of pages) {
    for (const [name, code] of blocksOf(page)) {
      virtual.set(resolve(name), code)
      blocks.set(resolve(name), page)
    }
  }
  const compilerOptions = { ...options, types: ['node'], noUnusedLocals: false, noUnusedParameters: false }
  const host = ts.createCompilerHost(compilerOptions, true)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => virtual.has(file) || fileExists(file)
  host.readFile = (file) => virtual.get(file) ?? readFile(file)
  host.getSourceFile = (file, how, ...rest) => {
    const text = virtual.get(file)
    return text === undefined ? getSourceFile(file, how, ...rest) : ts.createSourceFile(file, text, how, true)
  }
  const program = ts.createProgram({
    rootNames: [...virtual.keys(), ...roots],
    options: compilerOptions,
    host,
  })
  return { program, blocks }
}

export interface DocExamples {
  readonly program: ts.Program
  /** Which page each block's file is from. */
  readonly blocks: ReadonlyMap<string, string>
}

/** What the compiler says about the examples, in the pages' own lines. */
export function exampleProblems({ program, blocks }: DocExamples): string[] {
  return [...blocks].flatMap(([name, page]) => {
    const file = program.getSourceFile(name)
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return found.map(({ messageText, start = 0 }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1
      return `${page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

/** Each block under a name of its own, with as many lines before it as in its page. */
function blocksOf(page: string): [name: string, code: string][] {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(/^```(ts|tsx|js|jsx)\n([\s\S]*?)^```$/gm)].map((found, index) => {
    const [, kind, code = ''] = found
    const before = text.slice(0, found.index).split('\n').length
    const extension = kind === 'js' || kind === 'jsx' ? kind : 'tsx'
    return [`${page}.block-${index}.${extension}`, `${'\n'.repeat(before)}${code}\nexport {}\n`]
  })
}
