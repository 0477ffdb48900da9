import { describeInPage } from './describe-in-page.ts'

describeInPage('stores', new URL('in-page/stores.ts', import.meta.url))
