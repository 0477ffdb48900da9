import { describeChatServer } from './container-suite.ts'

describeChatServer('prosody')
