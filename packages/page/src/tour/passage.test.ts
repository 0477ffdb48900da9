import { expect } from 'chai'
import { Passage } from './passage.ts'

const total = 100

describe('the passage of a transfer', () => {
  it('goes on after a cancel where the gateway says, with nothing safe sent again', () => {
    const passage = new Passage()
    passage.request()
    passage.progress({ sent: 0, committed: 0, total })
    passage.progress({ sent: 70, committed: 63, total })
    passage.trouble()
    expect(passage.progress({ sent: 70, committed: 65, total })).to.equal(undefined)
    passage.settle()
    expect(passage.progress({ sent: 65, committed: 65, total })).to.equal(undefined)
    passage.request()
    expect(passage.progress({ sent: 66, committed: 65, total })).to.deep.equal({ at: 65, again: 0 })
    expect(passage.progress({ sent: 67, committed: 65, total }), 'once').to.equal(undefined)
  })

  it('never takes what was sent and may be lost for where it went on', () => {
    const passage = new Passage()
    passage.progress({ sent: 70, committed: 40, total })
    passage.trouble()
    passage.settle()
    passage.request()
    passage.progress({ sent: 55, committed: 55, total })
    passage.request()
    expect(passage.progress({ sent: 56, committed: 55, total })).to.deep.equal({ at: 55, again: 0 })
  })

  it('goes on where all that was sent had arrived', () => {
    const passage = new Passage()
    passage.progress({ sent: 70, committed: 40, total })
    passage.trouble()
    passage.settle()
    passage.request()
    passage.progress({ sent: 70, committed: 70, total })
    expect(passage.progress({ sent: 71, committed: 70, total })).to.deep.equal({ at: 70, again: 0 })
  })

  it('tells what was safe and had to go again', () => {
    const passage = new Passage()
    passage.progress({ sent: 70, committed: 63, total })
    passage.trouble()
    passage.settle()
    passage.progress({ sent: 60, committed: 60, total })
    expect(passage.progress({ sent: 61, committed: 60, total })).to.deep.equal({ at: 60, again: 3 })
  })

  it('knows where it went on although that was before it heard that the trouble is over', () => {
    const passage = new Passage()
    passage.progress({ sent: 70, committed: 63, total })
    passage.trouble()
    passage.request()
    passage.progress({ sent: 66, committed: 66, total })
    passage.request()
    passage.progress({ sent: 68, committed: 67, total })
    passage.settle()
    expect(passage.progress({ sent: 69, committed: 67, total })).to.deep.equal({ at: 66, again: 0 })
  })

  it('begins a download anew from what it holds', () => {
    const passage = new Passage()
    passage.progress({ sent: 40, committed: 40, total })
    passage.trouble()
    passage.settle()
    passage.request()
    expect(passage.progress({ sent: 45, committed: 45, total })).to.deep.equal({ at: 40, again: 0 })
  })

  it('goes on after a reload from the first that is heard of it', () => {
    const passage = new Passage({ safe: 50 })
    passage.trouble()
    passage.settle()
    passage.request()
    expect(passage.progress({ sent: 51, committed: 48, total })).to.deep.equal({ at: 48, again: 2 })
    expect(passage.safe).to.equal(50)
  })

  it('says nothing of a transfer that nothing troubles', () => {
    const passage = new Passage()
    for (const sent of [0, 10, 5, 20])
      expect(passage.progress({ sent, committed: 0, total })).to.equal(undefined)
  })
})
