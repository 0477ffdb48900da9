import { describeTabs } from '../src/tabs/tabs.contract.ts'
import { inProcessTabs } from './in-process-tabs.ts'

describeTabs('in one process', inProcessTabs())
