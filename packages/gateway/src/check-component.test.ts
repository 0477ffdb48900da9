import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { freshDatabase } from '../../../test/stack/servers.ts'
import { COMPONENT, ComponentServer } from '../test/xmpp/component-server.ts'
import { checkConfig } from './check-config.ts'
import { readConfig } from './config.ts'
import { lockDataDirectory } from './database/embedded-lock.ts'
import { LinkLeaseTable } from './database/link-lease-table.ts'
import { migrate } from './database/migrate.ts'
import { openPostgres } from './database/postgres-database.ts'

const UPLOAD = `<feature var='urn:xmpp:http:upload:0'/>`

describe('checkComponent', function () {
  this.timeout(20_000)
  let dataDir: string
  let server: ComponentServer

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-check-'))
    server = await ComponentServer.listen()
  })
  afterEach(async () => {
    await server.close()
    await rm(dataDir, { recursive: true })
  })

  async function check(more: Record<string, string> = {}) {
    const lines: string[] = []
    const config = readConfig({
      SLUICE_DATA_DIR: dataDir,
      SLUICE_COMPONENT_URL: `xmpp://127.0.0.1:${server.address.port}`,
      SLUICE_COMPONENT_JID: COMPONENT.jid,
      SLUICE_COMPONENT_SECRET: COMPONENT.secret,
      ...more,
    })
    const fine = await checkConfig(config, (line) => lines.push(line))
    return { fine, said: lines.find((line) => line.startsWith('chat server: ')), lines }
  }

  /** What the domain and its items say to disco, by JID. */
  async function answerDisco(infos: Readonly<Record<string, string>>): Promise<void> {
    const link = await server.link(1)
    const answer = async (to: string, kind: string, content: string) => {
      const [, id] =
        /id="([^"]*)"/.exec(await link.got(new RegExp(`<iq [^>]*to="${to}"><query xmlns="[^"]*#${kind}"`))) ??
        []
      const query = `<query xmlns='http://jabber.org/protocol/disco#${kind}'>${content}</query>`
      link.send(`<iq type='result' id='${id}' from='${to}' to='${COMPONENT.jid}'>${query}</iq>`)
    }
    const items = [...Object.keys(infos), COMPONENT.jid].map((jid) => `<item jid='${jid}'/>`)
    await answer('example.org', 'items', items.join(''))
    for (const [jid, features] of Object.entries(infos)) await answer(jid, 'info', features)
  }

  it('tries the secret, and finds no other upload service', async () => {
    const checked = check()
    await answerDisco({ 'example.org': '', 'rooms.example.org': '' })
    expect(await checked).to.include({ fine: true, said: 'chat server: takes the secret' })
    expect((await checked).lines.join('\n'))
      .to.match(/SLUICE_COMPONENT_JID +media\.example\.org/)
      .and.match(/SLUICE_ALLOWED_DOMAINS +example\.org/)
      .and.not.include(COMPONENT.secret)
  })

  it('says how to turn off the upload services that clients might choose instead', async () => {
    const checked = check()
    await answerDisco({ 'example.org': UPLOAD, 'upload.example.org': UPLOAD, 'rooms.example.org': '' })
    const { fine, said } = await checked
    expect(fine).to.equal(true)
    expect(said).to.include('example.org, upload.example.org are').and.include('http_file_share')
    expect(said).to.not.include('rooms')
  })

  for (const [condition, says] of [
    ['not-authorized', 'SLUICE_COMPONENT_SECRET'],
    ['host-unknown', 'SLUICE_COMPONENT_JID'],
    ['conflict', 'another database'],
  ] as const) {
    it(`says what is wrong when the chat server says ${condition}`, async () => {
      server.reception = { refuse: condition }
      const { fine, said } = await check()
      expect(fine).to.equal(false)
      expect(said).to.include(says)
    })
  }

  it('says that nobody listens', async () => {
    await server.close()
    const { fine, said } = await check()
    expect(fine).to.equal(false)
    expect(said).to.include('ECONNREFUSED')
    server = await ComponentServer.listen()
  })

  it('leaves the link alone while a gateway has the data directory open', async () => {
    const lock = await lockDataDirectory(dataDir)
    await mkdir(join(dataDir, 'database'))
    const { fine, said } = await check()
    await lock.release()
    expect(fine).to.equal(true)
    expect(said).to.include('not tried while a gateway runs')
    expect(server.links.map(({ received }) => received)).to.deep.equal([''])
  })

  it('leaves the link alone while a gateway holds its lease', async function () {
    const { url, drop } = await freshDatabase(this)
    const database = await openPostgres(url)
    try {
      const before = check({ SLUICE_DATABASE_URL: url })
      await answerDisco({ 'example.org': '' })
      expect((await before).said).to.include('takes the secret')
      await migrate(database)
      await new LinkLeaseTable({ sql: database }).hold({ link: COMPONENT.jid, node: 'a', forMs: 60_000 })
      const { fine, said } = await check({ SLUICE_DATABASE_URL: url })
      expect(fine).to.equal(true)
      expect(said).to.include('not tried while a gateway runs')
      expect(server.links[1]?.received).to.equal('')
    } finally {
      await database.close()
      await drop()
    }
  })
})
