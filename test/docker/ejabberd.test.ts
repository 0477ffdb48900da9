import { describeChatServer } from './container-suite.ts'

describeChatServer('ejabberd')
