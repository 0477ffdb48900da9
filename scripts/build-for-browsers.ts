import { buildForBrowsers } from './browser-build.ts'

await buildForBrowsers()
