import { embeddedBackend } from '../stack/backends.ts'
import { describeKills } from './kill-suite.ts'

describeKills('PGlite + files', embeddedBackend)
