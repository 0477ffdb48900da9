import { serverBackend } from '../stack/backends.ts'
import { describeKills } from './kill-suite.ts'

describeKills('PostgreSQL + MinIO', serverBackend)
