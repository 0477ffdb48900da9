import { describeTabs } from '../../../packages/client/src/tabs/tabs.contract.ts'
import { openWebTabs } from '../../../packages/client/src/tabs/web-tabs.ts'

describeTabs('by Web Locks', openWebTabs)
