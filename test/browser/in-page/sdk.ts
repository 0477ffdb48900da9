import { createSDK } from '@sluice/client'

Object.assign(globalThis, { createSDK })
