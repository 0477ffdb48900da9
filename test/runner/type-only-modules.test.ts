import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { typeOnlyModules } from './type-only-modules.ts'

describe('typeOnlyModules', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-type-only-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('finds what has only types, and nothing that has one statement', async () => {
    const write = (name: string, text: string) => writeFile(join(folder, name), text)
    await write(
      'port.ts',
      `import type { X } from './x.ts'\n/** A port. */\nexport interface Port { x: X }\n`,
    )
    await write('mixed.ts', `export interface A { b: number }\nexport const a = 1\n`)
    await write('again.ts', `export { a } from './mixed.ts'\n`)
    await write('types.d.ts', `export interface B {}\n`)
    expect(await typeOnlyModules(folder)).to.deep.equal([join(folder, 'port.ts')])
  })
})
