import { expect } from 'chai'
import { Tour } from './tour.ts'

const GATEWAY = { host: '127.0.0.1', port: 1, url: 'http://localhost:1', domain: 'localhost' }

describe('Tour', () => {
  let tour: Tour

  beforeEach(async () => {
    tour = await Tour.open()
  })
  afterEach(() => tour.close())

  /** Whether a restart is wanted by now. */
  const isWanted = () => Promise.race([tour.wanted().then(() => true), Promise.resolve().then(() => false)])

  it('takes the wish for a restart as soon as the gateway listens', async () => {
    tour.started(GATEWAY)
    tour.restart()
    expect(await tour.wanted()).to.equal('restart')
  })

  it('restarts once, however often that is asked for before the gateway is back', async () => {
    tour.restart()
    tour.started(GATEWAY)
    expect(await isWanted()).to.equal(false)
    tour.restart()
    tour.restart()
    await tour.wanted()
    tour.restart()
    tour.started(GATEWAY)
    expect(await isWanted()).to.equal(false)
    expect(tour.starts).to.equal(2)
  })
})
