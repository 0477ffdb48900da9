import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { folderStore } from './folder-store.ts'
import { describeStore } from './store.contract.ts'

const folders: string[] = []
async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  folders.push(folder)
  return folder
}
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

describeStore('folder', async () => folderStore(await freshFolder()))

describe('a folder store', () => {
  it('puts finished downloads into the download folder, and replaces no file there', async () => {
    const [path, downloadDir] = [await freshFolder(), await freshFolder()]
    const store = await folderStore(path, { downloadDir }).open('alice@example.org')
    const names = []
    for (const id of ['p', 'q']) {
      const part = await store.part(id)
      await part.append(Buffer.from(id))
      const { path = '' } = await part.finish({ name: 'a.txt', mediaType: 'text/plain' })
      names.push(relative(downloadDir, path))
      expect(await readFile(path, 'utf8')).to.equal(id)
    }
    expect(names).to.deep.equal(['a.txt', 'a (1).txt'])
    await store.forget()
    expect(await readdir(downloadDir)).to.have.members(names)
    await store.close()
  })

  it('knows when a finished download was taken away', async () => {
    const store = await folderStore(await freshFolder()).open('alice@example.org')
    const { path = '' } = await (await store.part('p')).finish({ name: 'a', mediaType: 'text/plain' })
    expect(await store.kept('p')).to.include({ path })
    await rm(path)
    expect(await store.kept('p')).to.equal(undefined)
    await store.close()
  })

  it('lets no name lead out of its folder, and nobody else read it', async () => {
    const path = await freshFolder()
    const store = await folderStore(path).open('../..@../..')
    await store.put('uploads', '../../x', 1)
    await store.close()
    const [domain = ''] = await readdir(path)
    const [user = ''] = await readdir(join(path, domain))
    expect((await stat(join(path, domain, user))).mode & 0o077).to.equal(0)
    expect(await readdir(join(path, domain, user, 'records'))).to.deep.equal(['uploads'])
  })

  it('shortens a name that is too long for a file, in whole characters', async () => {
    const store = await folderStore(await freshFolder()).open('alice@example.org')
    const names = []
    for (const name of [`${'写'.repeat(200)}.jpg`, `${'写'.repeat(200)}.jpg`, `a.${'写'.repeat(200)}`]) {
      const { path = '' } = await (await store.part(name)).finish({ name, mediaType: 'image/jpeg' })
      names.push(basename(path))
    }
    expect(names).to.deep.equal([
      `${'写'.repeat(83)}.jpg`,
      `${'写'.repeat(82)} (1).jpg`,
      `a.${'写'.repeat(84)}`,
    ])
    await store.close()
  })

  it('moves a damaged record aside, and removes what a crash left of a write', async () => {
    const path = await freshFolder()
    const first = await folderStore(path).open('alice@example.org')
    await first.put('uploads', 'a', 1)
    const table = join(path, 'example.org', 'alice', 'records', 'uploads')
    const [a = ''] = await readdir(table)
    await first.put('uploads', 'b', 2)
    await first.close()
    await writeFile(join(table, a), '["a",')
    await writeFile(join(table, `${a}.0123abcd`), '["a",1')
    const store = await folderStore(path).open('alice@example.org')
    expect(await store.entries('uploads')).to.deep.equal([['b', 2]])
    expect(await store.get('uploads', 'a')).to.equal(undefined)
    expect((await readdir(table)).filter((name) => name.startsWith(a))).to.deep.equal([`${a}.damaged`])
    await store.put('uploads', 'a', 3)
    expect(await store.get('uploads', 'a')).to.equal(3)
    await store.close()
  })

  it('reads more records than files may be open at once', async () => {
    const path = await freshFolder()
    const table = join(path, 'example.org', 'alice', 'records', 'uploads')
    await mkdir(table, { recursive: true })
    for (let key = 0; key < 300; key++) await writeFile(join(table, `${key}.json`), `["${key}",1]`)
    const script = `
      const { folderStore } = await import(${JSON.stringify(new URL('folder-store.ts', import.meta.url).href)})
      const store = await folderStore(${JSON.stringify(path)}).open('alice@example.org')
      console.log((await store.entries('uploads')).length)
      await store.close()`
    const node = [process.execPath, '--conditions=@sluice/source', '--import=tsx', '--input-type=module']
    const limited = ['-c', 'ulimit -n 128 && exec "$0" "$@"', ...node, '--eval', script]
    const { stdout } = await promisify(execFile)('sh', limited)
    expect(stdout.trim()).to.equal('300')
  })
})
