import { createSDK } from '@sluice/client'

Object.assign(globalThis, { sdk: createSDK() })
