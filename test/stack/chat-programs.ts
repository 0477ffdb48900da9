import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Skippable } from './backends.ts'
import { findProgram } from './find-program.ts'

/** What suites need beside the servers that the run starts; each starts what it needs by itself. */
export type ProgramName = 'Prosody' | 'prosody-modules' | 'ejabberd' | 'slixmpp' | 'go-sendxmpp' | 'Chromium'

/** Rejects with the reason when the program is not installed. */
export const PROGRAMS: Record<ProgramName, () => Promise<unknown>> = {
  Prosody: findProsody,
  'prosody-modules': findProsodyModules,
  ejabberd: findEjabberd,
  slixmpp: findSlixmpp,
  'go-sendxmpp': findGoSendxmpp,
  Chromium: findChromium,
}

/** Skips the suite where the program is not installed, or fails where SLUICE_TEST_REQUIRE is `all`. */
export async function requireProgram(context: Skippable, name: ProgramName): Promise<void> {
  try {
    await PROGRAMS[name]()
  } catch (error) {
    if (process.env.SLUICE_TEST_REQUIRE === 'all') throw error
    context.skip()
  }
}

export async function findProsody(): Promise<string> {
  return (await findProgram('prosody')) ?? missing('prosody is not on PATH')
}

async function findProsodyModules(): Promise<void> {
  const folder = '/usr/lib/prosody/modules'
  const modules: string[] = await readdir(folder).catch(() => [])
  if (!modules.includes('mod_http_upload_external')) missing(`mod_http_upload_external is not in ${folder}`)
}

/** Debian's launcher insists on the user `ejabberd` and on an Erlang port mapper; its libraries need neither. */
export async function findEjabberd(): Promise<{ erl: string; libraries: string }> {
  const erl = (await findProgram('erl')) ?? missing('erl is not on PATH')
  for (const folder of await readdir('/usr/lib')) {
    const names = await readdir(join('/usr/lib', folder)).catch(() => [])
    if (names.some((name) => /^ejabberd-\d/.test(name))) return { erl, libraries: join('/usr/lib', folder) }
  }
  return missing('ejabberd is not below /usr/lib')
}

/** The Python that has slixmpp. */
export async function findSlixmpp(): Promise<string> {
  // Debian's modules belong to Debian's Python, which need not be the first on PATH.
  for (const python of ['/usr/bin/python3', 'python3']) {
    const found = await promisify(execFile)(python, ['-c', 'import slixmpp, aiohttp']).catch(() => undefined)
    if (found) return python
  }
  return missing('no python3 has the modules slixmpp and aiohttp')
}

export async function findGoSendxmpp(): Promise<string> {
  return (await findProgram('go-sendxmpp')) ?? missing('go-sendxmpp is not on PATH')
}

export async function findChromium(): Promise<string> {
  return (await findProgram('chromium')) ?? missing('chromium is not on PATH')
}

function missing(why: string): never {
  throw new Error(why)
}
