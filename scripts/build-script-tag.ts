import { buildScriptTag } from './script-tag.ts'

await buildScriptTag()
