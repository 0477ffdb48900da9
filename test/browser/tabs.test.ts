import { describeInPage } from './describe-in-page.ts'

describeInPage('tabs', new URL('in-page/tabs.ts', import.meta.url))
