import { expect } from 'chai'
import { nodePlatform } from '../node-platform.ts'
import { openSdk } from './open-sdk.ts'

describe('the SDK', () => {
  it('answers 400 when it is initialized without a server, or without anything', async () => {
    const sdk = openSdk(nodePlatform)
    for (const options of [{}, undefined as never]) {
      expect(await sdk.initializeSDK(options)).to.deep.include({
        statusCode: 400,
        message: 'serverUrl is not valid or required',
      })
    }
  })
})
