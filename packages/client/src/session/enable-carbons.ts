import { element, NS } from '@sluice/protocol'
import type { Log } from '../log.ts'
import type { IqExchange } from './iq-exchange.ts'

/**
 * Asks for copies of what other devices of the account send and get (XEP-0280 §4), where the server makes them. It
 * resolves once the request is out, so that presence sent afterwards comes after it. Never rejects.
 */
export async function enableCarbons({
  iqs,
  domain,
  log,
}: {
  iqs: IqExchange
  domain: string
  log: Log
}): Promise<void> {
  try {
    const payload = element('query', { xmlns: NS.discoInfo })
    const info = await iqs.request({ type: 'get', to: domain, payload, attempts: 1 })
    if (!info?.getChildren('feature').some(({ attrs }) => attrs.var === NS.carbons)) return
  } catch (error) {
    return log('warn', 'the server does not say what it can do', { error })
  }
  const enabling = iqs.request({
    type: 'set',
    payload: element('enable', { xmlns: NS.carbons }),
    attempts: 1,
  })
  enabling.catch((error: unknown) => log('warn', 'the server makes no copies', { error }))
}
