import { expect } from 'chai'
import { MovedClock } from '../../test/scripted-connection.ts'
import { ConnectError } from './connection.ts'
import { TokenSource } from './token-source.ts'

function source() {
  const clock = new MovedClock()
  const asked: { resolve: (token: unknown) => void; reject: (error: unknown) => void }[] = []
  const provider = () =>
    new Promise<string>((resolve, reject) =>
      asked.push({ resolve: resolve as (token: unknown) => void, reject }),
    )
  const tokens = new TokenSource({ provider, clock })
  const failure = () => tokens.next().catch((error) => error)
  return { tokens, clock, asked, failure }
}

describe('the source of tokens', () => {
  it('never asks twice at once, and afterwards anew', async () => {
    const { tokens, asked } = source()
    const both = [tokens.next(), tokens.next()]
    asked[0]?.resolve('one')
    expect(await Promise.all(both)).to.deep.equal(['one', 'one'])
    const next = tokens.next()
    asked[1]?.resolve('two')
    expect(await next).to.equal('two')
    expect(asked).to.have.length(2)
  })

  it('says what the provider failed with', async () => {
    const { asked, failure } = source()
    for (const [error, message] of [
      [new Error('You are not logged in'), 'You are not logged in'],
      ['a text', 'a text'],
    ] as const) {
      const failed = failure()
      asked.at(-1)?.reject(error)
      expect(await failed)
        .to.be.instanceOf(ConnectError)
        .and.include({ reason: 'unreachable', message })
    }
  })

  it('takes a provider that throws before it answers for one that rejects', async () => {
    const provider = () => {
      throw new Error('no')
    }
    const failure = await new TokenSource({ provider, clock: new MovedClock() })
      .next()
      .catch((error) => error)
    expect(failure).to.include({ reason: 'unreachable', message: 'no' })
  })

  it('takes nothing but a text for a token', async () => {
    const { asked, failure } = source()
    for (const token of ['', undefined, 7, { token: 'x' }]) {
      const failed = failure()
      asked.at(-1)?.resolve(token)
      expect(await failed).to.include({ reason: 'unreachable', message: 'The tokenProvider gave no token' })
    }
  })

  it('waits for an answer for 30 s, and does not ask again before there was one', async () => {
    const { tokens, clock, asked, failure } = source()
    const failed = failure()
    await clock.move(30_000)
    expect(await failed).to.include({ reason: 'unreachable', message: 'The tokenProvider does not answer' })
    const next = tokens.next()
    expect(asked).to.have.length(1)
    asked[0]?.resolve('late')
    expect(await next).to.equal('late')
  })
})
