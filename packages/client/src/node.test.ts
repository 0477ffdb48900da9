import { expect } from 'chai'
import { createSDK, type State } from './node.ts'

interface Place {
  latitude: number
  longitude: number
}

describe('the package for Node', () => {
  // Most of this is seen by the compiler: an object of any type goes, and a state has a name.
  it("takes an app's own objects as metadata of a text", async () => {
    const metaData: Place = { latitude: 48, longitude: 11 }
    const state: State = 'waiting'
    const sending = createSDK().sendTextMessage({ toJid: 'bob@example.org', message: state, metaData })
    expect(await sending).to.include({ statusCode: 400, message: 'The SDK is not initialized' })
  })
})
