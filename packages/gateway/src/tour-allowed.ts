import type { Config } from './config.ts'
import { isLoopback } from './config-values.ts'

type Facts = Pick<Config, 'component' | 'host' | 'publicUrl' | 'registration'>

/** Whether the page's tour may slow, cut and restart this gateway: it is for trying out, by people at this machine. */
export function tourAllowed({ component, host, publicUrl, registration }: Facts): boolean {
  return !component && isLoopback(host) && publicUrl === undefined && registration === 'open'
}
