import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import type { Skippable } from '../stack/backends.ts'
import { findChromium, requireProgram } from '../stack/chat-programs.ts'

// Playwright's own list, since only the last of several --disable-features holds; and the two renderers that each window
// starts for what drops down from its address bar, which nobody sees here and which were half of what a profile costs.
const DISABLED_FEATURES = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
]

const ARGUMENTS = [
  `--disable-features=${DISABLED_FEATURES.join(',')}`,
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A host that is not loopback, and so no secure context over http:.
  '--host-resolver-rules=MAP *.sluice.test 127.0.0.1',
]

async function launchOptions(): Promise<LaunchOptions> {
  return { executablePath: await findChromium(), args: ARGUMENTS, chromiumSandbox: false }
}

let shared: Promise<Browser> | undefined

/**
 * The browser of this test process, launched at the first call and closed after its last test; a context of its own
 * (`newContext`) is a fresh profile. Skips the suite where Chromium is not installed.
 */
export async function sharedChromium(context: Skippable): Promise<Browser> {
  await requireProgram(context, 'Chromium')
  shared ??= launchOptions().then((options) => chromium.launch(options))
  return shared
}

/**
 * A browser of its own whose profile outlives it, for tests that kill it. Ended by its `close`; the folder is the caller's.
 */
export async function launchProfile(context: Skippable, userDataDir: string): Promise<BrowserContext> {
  await requireProgram(context, 'Chromium')
  return chromium.launchPersistentContext(userDataDir, await launchOptions())
}

// Outside of mocha (a script that takes screenshots) whoever launched it closes it.
if (typeof after === 'function')
  after(async () => {
    await (await shared)?.close()
  })
